// A table as Drizzle has it, together with its extras, sorted by what will be written. It writes
// nothing.

import { is } from 'drizzle-orm';
import {
  type Check,
  CheckBuilder,
  type ForeignKey,
  ForeignKeyBuilder,
  type Index,
  IndexBuilder,
  type PgColumn,
  PgPolicy,
  type PgTable,
  type PrimaryKey,
  PrimaryKeyBuilder,
  type UniqueConstraint,
  UniqueConstraintBuilder,
} from 'drizzle-orm/pg-core';
import { configWith, readThirdArgument, type TableConfig } from './drizzle-internals.js';
import {
  carriedBy,
  type Exclusion,
  type Extra,
  isExtra,
  type PartitionedBy,
  type Refined,
  type Refinement,
} from './extras/extra.js';
import { type Target, tableTarget } from './extras/target.js';
import { invalidModel } from './model-problem.js';

/** A constraint or an index, with what Drizzle cannot say of it. */
export interface WithRefinement<Item> {
  readonly item: Item;
  readonly refinement: Refinement;
}

export interface ReadTable {
  readonly target: Target;
  readonly columns: readonly PgColumn[];
  readonly checks: readonly WithRefinement<Check>[];
  readonly primaryKeys: readonly WithRefinement<PrimaryKey>[];
  readonly uniques: readonly WithRefinement<UniqueConstraint>[];
  readonly foreignKeys: readonly WithRefinement<ForeignKey>[];
  readonly indexes: readonly WithRefinement<Index>[];
  readonly exclusions: readonly Exclusion[];
  readonly policies: readonly PgPolicy[];
  readonly hasRls: boolean;
  readonly virtual: ReadonlySet<string>;
  readonly partitionedBy: PartitionedBy | undefined;
  /** Extras that write statements of their own. */
  readonly extras: readonly Extra[];
}

/**
 * @param beside Extras that stand beside the table.
 * @throws PlinthError MODELS_INVALID for a third argument that throws, or gives what is nothing.
 */
export function readTable(table: PgTable, beside: readonly Extra[]): ReadTable {
  const given = readThirdArgument(table).filter(isSomething);
  const builders = given.filter((value) => !isExtra(value));
  builders.forEach(checkBuilder);
  const config = configWith(table, builders);
  const extras = [
    ...given.filter(isExtra),
    ...beside,
    ...carriedBy(table),
    ...config.columns.flatMap((column) => carriedBy(column.default)),
  ];
  const refined = extras
    .filter((extra) => extra.kind === 'refined')
    .map((extra) => readRefined(table, extra));
  const collect = <Item>(pick: (config: TableConfig) => readonly Item[]) => [
    ...pick(config).map((item) => ({ item, refinement: {} })),
    ...refined.flatMap((each) =>
      pick(each.config).map((item) => ({ item, refinement: each.refinement })),
    ),
  ];
  return {
    target: tableTarget(table),
    columns: config.columns,
    checks: collect(({ checks }) => checks),
    primaryKeys: collect(({ primaryKeys }) => primaryKeys),
    uniques: collect(({ uniqueConstraints }) => uniqueConstraints),
    foreignKeys: collect(({ foreignKeys }) => foreignKeys),
    indexes: collect(({ indexes }) => indexes),
    exclusions: extras.filter((extra) => extra.kind === 'exclusion'),
    policies: config.policies,
    hasRls: config.enableRLS || config.policies.length > 0,
    virtual: new Set(extras.flatMap((extra) => (extra.kind === 'virtual' ? extra.columns : []))),
    partitionedBy: extras.find((extra) => extra.kind === 'partitioned-by'),
    extras,
  };
}

/** An entry of the third argument may be left out by a condition. */
function isSomething(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

const BUILDERS = [
  IndexBuilder,
  CheckBuilder,
  UniqueConstraintBuilder,
  PrimaryKeyBuilder,
  ForeignKeyBuilder,
  PgPolicy,
] as const;

// Drizzle passes over what it does not know, and so over an index that lacks its columns.
function checkBuilder(value: unknown): void {
  if (BUILDERS.some((builder) => is(value, builder))) return;
  throw invalidModel(
    'the third argument of pgTable holds what is neither a constraint, an index, a policy nor an extra',
    'Finish index() and unique() with on(), and take out anything else.',
  );
}

interface ReadRefined {
  readonly config: TableConfig;
  readonly refinement: Refinement;
}

function readRefined(table: PgTable, { builder, refinement }: Refined): ReadRefined {
  checkBuilder(builder);
  const config = configWith(table, [builder]);
  const { length: inline } = configWith(table, []).foreignKeys;
  // The foreign keys of columns are in it too.
  return { config: { ...config, foreignKeys: config.foreignKeys.slice(inline) }, refinement };
}
