// How a sequence comes to other options in place. It keeps its position wherever the new bounds
// hold it.

import { quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { qualifiedName } from '../object-id.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import { layOut } from '../writing/lay-out.js';
import {
  isAscending,
  type SequenceDefinition,
  type SequenceOptions,
  standardBounds,
} from './sequence-options.js';

type Sequence = CatalogObject<SequenceDefinition>;

/** The statements that make the one sequence into the other; its owner is not among them. */
export function alterSequence(before: Sequence, after: Sequence): readonly Statement[] {
  const [old, wanted] = [before.definition, after.definition];
  const name = qualifiedName(after.names);
  const head = `ALTER SEQUENCE ${name}`;
  const way = wayOfPosition(old, wanted);
  const clauses = [...changedClauses(old, wanted), ...(way === 'restart' ? ['RESTART'] : [])];
  const statements: Statement[] = [];
  if (way === 'move') statements.push(movePosition(name, wanted));
  if (clauses.length > 0) {
    statements.push(
      statement(layOut(head, clauses), {
        locks: [{ mode: 'SHARE ROW EXCLUSIVE', on: name }],
        hazards: positionHazards(name, old, wanted, way),
      }),
    );
  }
  if (old.unlogged !== wanted.unlogged) {
    statements.push(
      statement(`${head} SET ${wanted.unlogged ? 'UNLOGGED' : 'LOGGED'}`, {
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: name }],
      }),
    );
  }
  return statements;
}

function changedClauses(old: SequenceDefinition, wanted: SequenceDefinition): readonly string[] {
  const isOther = old.type !== wanted.type;
  // Another type moves a bound that was the old type's, so both are said then.
  const changes = changedOptions(old, wanted, {
    min: isOther || old.min !== wanted.min,
    max: isOther || old.max !== wanted.max,
  });
  return isOther ? [`AS ${wanted.type}`, ...changes] : changes;
}

/**
 * The options that ALTER has to say, but the type.
 *
 * @param bounds Which bounds have to be said.
 */
export function changedOptions(
  old: SequenceOptions,
  wanted: SequenceOptions,
  bounds: { readonly min: boolean; readonly max: boolean },
): readonly string[] {
  const standard = standardBounds(wanted);
  const clauses: string[] = [];
  if (old.increment !== wanted.increment) clauses.push(`INCREMENT BY ${wanted.increment}`);
  if (bounds.min)
    clauses.push(wanted.min === standard.min ? 'NO MINVALUE' : `MINVALUE ${wanted.min}`);
  if (bounds.max)
    clauses.push(wanted.max === standard.max ? 'NO MAXVALUE' : `MAXVALUE ${wanted.max}`);
  if (old.start !== wanted.start) clauses.push(`START WITH ${wanted.start}`);
  if (old.cache !== wanted.cache) clauses.push(`CACHE ${wanted.cache}`);
  if (old.cycle !== wanted.cycle) clauses.push(wanted.cycle ? 'CYCLE' : 'NO CYCLE');
  return clauses;
}

/** What becomes of a position that the new bounds may not hold. */
type Way = 'stay' | 'move' | 'restart';

/**
 * A sequence that has yet to reach its new bounds moves up to them. One that has passed them, or
 * that never had a value within, starts again: no value there can be one that it has given.
 */
export function wayOfPosition(old: SequenceOptions, wanted: SequenceOptions): Way {
  const [start, min, max] = [BigInt(old.start), BigInt(wanted.min), BigInt(wanted.max)];
  if (start >= min && start <= max) return 'stay';
  const isBefore = isAscending(old) ? start < min : start > max;
  const isApart = min > BigInt(old.max) || max < BigInt(old.min);
  return isBefore && !isApart ? 'move' : 'restart';
}

/** Only while it is outside: PostgreSQL refuses bounds that do not hold the position. */
export function movePosition(name: string, wanted: SequenceOptions): Statement {
  const [first, comparison] = isAscending(wanted) ? [wanted.min, '<'] : [wanted.max, '>'];
  const move = `SELECT setval(${quoteLiteral(name)}, ${first}, false)`;
  return statement(layOut(move, [`FROM ${name}`, `WHERE last_value ${comparison} ${first}`]));
}

/** What changed bounds mean for the position. */
export function positionHazards(
  name: string,
  old: SequenceOptions,
  wanted: SequenceOptions,
  way: Way,
): readonly Hazard[] {
  if (way === 'restart') {
    return [
      {
        kind: 'loses-data',
        message: `${name} starts again at ${wanted.start}: its position is lost`,
      },
    ];
  }
  const isNarrower = isAscending(old)
    ? BigInt(wanted.max) < BigInt(old.max)
    : BigInt(wanted.min) > BigInt(old.min);
  if (!isNarrower) return [];
  return [{ kind: 'can-fail', message: `${name} may be past its new bounds already` }];
}
