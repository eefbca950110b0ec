// Decides how a function or procedure comes from one definition to another, and writes it.

import { type Alteration, altered, REBUILT, type Sides } from '../kind.js';
import { statement } from '../statement.js';
import { isInput, isOutput, type Routine, type RoutineDefinition } from './routine-definition.js';
import { definerHazards, staleHazards } from './routine-hazards.js';
import { settingActions } from './routine-settings.js';
import { routineTarget, routineText } from './routine-text.js';

/** In place where CREATE OR REPLACE or ALTER FUNCTION can. */
export function alterRoutine(before: Routine, after: Routine, sides: Sides): Alteration {
  if (!isReplaceable(before.definition, after.definition)) return REBUILT;
  const definer = before.definition.securityDefiner ? [] : definerHazards(after);
  const actions = attributeActions(before.definition, after.definition);
  if (actions !== undefined) {
    return altered(statement(alterText(after, actions), { hazards: definer }));
  }
  const stale = computesAlike(before.definition, after.definition)
    ? []
    : staleHazards(before, sides);
  const text = routineText(after, 'CREATE OR REPLACE');
  return altered(statement(text, { hazards: [...definer, ...stale] }));
}

function computesAlike(before: RoutineDefinition, after: RoutineDefinition): boolean {
  return (
    before.language === after.language && JSON.stringify(before.body) === JSON.stringify(after.body)
  );
}

function alterText(routine: Routine, actions: readonly string[]): string {
  const start = `ALTER ${routineTarget(routine)}`;
  if (actions.length === 1) return `${start} ${actions.join(' ')}`;
  return [start, ...actions.map((action) => `    ${action}`)].join('\n');
}

/** Whether PostgreSQL takes CREATE OR REPLACE: what callers rely on is the same. */
function isReplaceable(before: RoutineDefinition, after: RoutineDefinition): boolean {
  return (
    before.window === after.window &&
    before.returns?.type === after.returns?.type &&
    before.returns?.set === after.returns?.set &&
    (before.returns?.type !== 'record' || resultOf(before) === resultOf(after)) &&
    (before.returns !== null || resultOf(before) === resultOf(after)) &&
    keepsInputs(before, after)
  );
}

function resultOf(definition: RoutineDefinition): string {
  const columns = definition.arguments.filter(isOutput);
  return JSON.stringify(columns.map(({ name, type }) => [name, type]));
}

/** An argument keeps the name it has, and its default. */
function keepsInputs(before: RoutineDefinition, after: RoutineDefinition): boolean {
  const wanted = after.arguments.filter(isInput);
  return before.arguments.filter(isInput).every((old, position) => {
    const next = wanted[position];
    if (next === undefined) return false;
    if (old.name !== null && old.name !== next.name) return false;
    if (old.default === null) return true;
    // The default of a polymorphic argument has a type of its own, which may not change.
    const mayChange = !/^any/.test(old.type) || old.default === next.default;
    return next.default !== null && mayChange;
  });
}

type Attribute = Exclude<
  keyof RoutineDefinition,
  'arguments' | 'returns' | 'language' | 'body' | 'transforms' | 'window' | 'settings'
>;

/** The actions of ALTER FUNCTION; `undefined` where more differs than they can say. */
function attributeActions(
  before: RoutineDefinition,
  after: RoutineDefinition,
): readonly string[] | undefined {
  const settings = settingActions(before.settings, after.settings);
  if (settings === undefined || essenceOf(before) !== essenceOf(after)) return undefined;
  // SUPPORT cannot be taken away.
  if (before.support !== null && after.support === null) return undefined;
  const words: Readonly<Record<Attribute, string>> = {
    volatility: after.volatility,
    strict: after.strict ? 'STRICT' : 'CALLED ON NULL INPUT',
    securityDefiner: after.securityDefiner ? 'SECURITY DEFINER' : 'SECURITY INVOKER',
    leakproof: after.leakproof ? 'LEAKPROOF' : 'NOT LEAKPROOF',
    parallel: `PARALLEL ${after.parallel}`,
    cost: `COST ${after.cost ?? standardCost(after)}`,
    rows: `ROWS ${after.rows ?? 1000}`,
    support: `SUPPORT ${after.support}`,
  };
  const changed = ATTRIBUTES.filter((attribute) => before[attribute] !== after[attribute]);
  return [...changed.map((attribute) => words[attribute]), ...settings];
}

const ATTRIBUTES = [
  'volatility',
  'strict',
  'securityDefiner',
  'leakproof',
  'parallel',
  'cost',
  'rows',
  'support',
] as const satisfies readonly Attribute[];

function standardCost({ body }: RoutineDefinition): number {
  return body.form === 'link' ? 1 : 100;
}

/** What only CREATE OR REPLACE changes. */
function essenceOf(definition: RoutineDefinition): string {
  const { arguments: list, language, body, transforms } = definition;
  return JSON.stringify([list, language, body, transforms]);
}
