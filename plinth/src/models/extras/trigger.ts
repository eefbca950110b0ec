// The extra for triggers.

import type { SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import { writeCondition } from '../expression.js';
import { invalidModel } from '../model-problem.js';
import { checkLength, listNames } from '../names.js';
import { asExtra, type Extra } from './extra.js';
import { type Target, targetOf } from './target.js';

export interface TriggerOptions {
  /** When, and upon what: `'BEFORE UPDATE'`, `'AFTER INSERT OR DELETE'`. */
  readonly fires: string;
  /** For UPDATE: only when one of these columns is set. */
  readonly of?: readonly PgColumn[];
  readonly forEach: 'ROW' | 'STATEMENT';
  /** Only then: sql`OLD.body IS DISTINCT FROM NEW.body`. */
  readonly when?: SQL;
  /** What it runs: a function made by `sqlFunction`, or a name as SQL writes it. */
  readonly execute: Extra | string;
  readonly args?: readonly string[];
  /** Names under which a statement's rows can be read. */
  readonly referencing?: { readonly oldTable?: string; readonly newTable?: string };
  /** Makes it a constraint trigger. */
  readonly constraint?: 'NOT DEFERRABLE' | 'INITIALLY IMMEDIATE' | 'INITIALLY DEFERRED';
}

/**
 * CREATE TRIGGER on the table or view it is attached to.
 *
 * @example
 * trigger('notes_audit', { fires: 'AFTER UPDATE', forEach: 'ROW', execute: audit })
 */
export function trigger(name: string, options: TriggerOptions): Extra {
  return asExtra({
    kind: 'attached',
    what: 'trigger',
    write: (target) => {
      checkLength(name, 'trigger');
      return [{ phase: 'trigger', sql: writeTrigger(name, target, options) }];
    },
  });
}

/** The statement of {@link trigger}. */
export function writeTrigger(name: string, target: Target, options: TriggerOptions): string {
  const { constraint, execute, args = [] } = options;
  const isConstraint = constraint !== undefined;
  const condition = writeCondition(options.when);
  const run = typeof execute === 'string' ? execute : targetOf(execute).sql;
  return [
    `CREATE ${isConstraint ? 'CONSTRAINT ' : ''}TRIGGER ${quoteIdentifier(name)}`,
    `${writeEvents(options)} ON ${target.sql}`,
    ...(isConstraint ? [writeDeferral(constraint)] : []),
    ...writeReferencing(options.referencing ?? {}),
    `FOR EACH ${options.forEach}`,
    ...(condition === undefined ? [] : [`WHEN ${condition}`]),
    `EXECUTE FUNCTION ${run}(${args.map(quoteLiteral).join(', ')})`,
  ].join('\n');
}

function writeEvents({ fires, of }: TriggerOptions): string {
  if (of === undefined) return fires;
  if (!/\bUPDATE\b/i.test(fires)) {
    throw invalidModel(
      `columns are named for a trigger that fires ${fires}`,
      'Name them for UPDATE.',
    );
  }
  return fires.replace(/\bUPDATE\b/i, `UPDATE OF ${listNames(of.map(({ name }) => name))}`);
}

function writeDeferral(constraint: NonNullable<TriggerOptions['constraint']>): string {
  return constraint === 'NOT DEFERRABLE' ? constraint : `DEFERRABLE ${constraint}`;
}

function writeReferencing({ oldTable, newTable }: NonNullable<TriggerOptions['referencing']>) {
  const tables = [
    ...(oldTable === undefined ? [] : [`OLD TABLE AS ${quoteIdentifier(oldTable)}`]),
    ...(newTable === undefined ? [] : [`NEW TABLE AS ${quoteIdentifier(newTable)}`]),
  ];
  return tables.length === 0 ? [] : [`REFERENCING ${tables.join(' ')}`];
}
