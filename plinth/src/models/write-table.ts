// All statements of one table: itself, its indexes, constraints, policies and extras. It gives
// every constraint and index its name, and sees that no two have the same.

import { getTableColumns } from 'drizzle-orm';
import { PlinthError } from '../errors/index.js';
import { cutName } from '../sql/index.js';
import { writePartitionedBy } from './extras/partition.js';
import type { Target } from './extras/target.js';
import { writeExtra } from './extras/write-extra.js';
import type { Located, Origin } from './model-file.js';
import { checkLength, DEFAULT_SCHEMA, type NameRegister } from './names.js';
import type { Part } from './part.js';
import type { ReadTable } from './read-table.js';
import { writeColumn } from './write-column.js';
import { type TakeName, writeConstraints } from './write-constraint.js';
import { writeIndex } from './write-index.js';
import { enableRls, writePolicy } from './write-policy.js';

export function writeTable(
  { model, origin }: Located<ReadTable>,
  names: NameRegister,
): readonly Part[] {
  const { target } = model;
  checkLength(target.name, 'table');
  checkColumnNames(target);
  const takeName = nameTaker(target, origin, names);
  const { inside, after } = writeConstraints(model, takeName);
  return [
    { phase: 'table', sql: writeItself(model, inside) },
    ...model.indexes.map((index): Part => {
      return { phase: 'index', sql: writeIndex(index, target, takeName) };
    }),
    ...after.map((sql): Part => ({ phase: 'constraint', sql })),
    ...(model.hasRls ? [enableRls(target)] : []),
    ...model.policies.map((policy): Part => {
      return { phase: 'policy', sql: writePolicy(policy, target) };
    }),
    ...model.extras.flatMap((extra) => writeExtra(extra, target)),
  ];
}

function writeItself(
  { target, columns, virtual, partitionedBy }: ReadTable,
  constraints: readonly string[],
): string {
  const place = { schema: target.schema, virtual };
  const lines = [...columns.map((column) => writeColumn(column, place)), ...constraints];
  const body = lines.map((line) => `\n    ${line}`).join(',');
  const end = partitionedBy === undefined ? '' : `\n${writePartitionedBy(partitionedBy)}`;
  return `CREATE TABLE ${target.sql} (${body}\n)${end}`;
}

function checkColumnNames({ table, sql }: Target): void {
  const keys = new Map<string, string>();
  for (const [key, { name }] of Object.entries(table === undefined ? {} : getTableColumns(table))) {
    const other = keys.get(name);
    if (other !== undefined) {
      throw new PlinthError(
        'MODELS_NAME_TAKEN',
        `two columns of ${sql} have the name ${name}: ${other} and ${key}`,
        { hint: 'Rename one of them, or remove it.', details: { name, columns: [other, key] } },
      );
    }
    keys.set(name, key);
  }
}

/** Constraints are alone in their table; indexes, those of keys too, among the relations. */
function nameTaker(target: Target, origin: Origin, names: NameRegister): TakeName {
  const relations = `relation ${target.schema ?? DEFAULT_SCHEMA}`;
  return (name, what) => {
    if (what !== 'index') names.take(`constraint ${target.sql}`, name, 'constraint', origin);
    const kind = what === 'key' ? 'constraint' : 'index';
    return what === 'constraint' ? cutName(name) : names.take(relations, name, kind, origin);
  };
}
