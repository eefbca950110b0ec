// Fills the tables of a plan with rows of nobody and of each tenant, and says which it could not fill.

import { quoteIdentifier } from '../../sql/index.js';
import type { Actor, Stage } from '../stage.js';
import type { Survey, Table } from '../survey/survey.js';
import type { TenantColumns } from '../tenants.js';
import { type Exception, exceptionsIn } from '../values/read-conditions.js';
import { Samples } from '../values/sample-value.js';
import type { FillStep } from './fill-plan.js';
import type { FilledRow, TenantIndex } from './filled-row.js';
import { type Insertion, type InsertOptions, insertRow } from './insert-row.js';
import { planRow, type RowSources, type Variant } from './plan-row.js';

const MOST_EXCEPTIONS = 12;
const MOST_PARTITIONS = 64;

export interface FillerOptions {
  readonly stage: Stage;
  readonly survey: Survey;
  readonly tenantColumns: TenantColumns;
  readonly tenants: readonly [string, string];
  /** The tenant role: it fills what the connection's own may not. */
  readonly role: string;
  /** Whether conditions and triggers that no row passes may be put aside: only in a scratch. */
  readonly mayPutAside: boolean;
}

/** Fills tables, and remembers with what. */
export class TableFiller {
  readonly sources: RowSources;
  readonly #options: FillerOptions;
  readonly #rows = new Map<string, FilledRow[]>();
  readonly #failures = new Map<string, string>();
  readonly #notes = new Set<string>();

  constructor(options: FillerOptions) {
    const { survey, tenantColumns, tenants } = options;
    this.#options = options;
    this.sources = {
      samples: new Samples(survey.types),
      types: survey.types,
      tenantColumns,
      tenants,
      rowsOf: (oid) => this.rowsOf(oid),
      boundsOf: (table, column) => boundsBelow(survey, table, column),
    };
  }

  rowsOf(oid: string): readonly FilledRow[] {
    return this.#rows.get(oid) ?? [];
  }

  /** Why a table has no row, by its oid. */
  get failures(): ReadonlyMap<string, string> {
    return this.#failures;
  }

  get notes(): readonly string[] {
    return [...this.#notes];
  }

  /** @param setting What the setting is for a tenant's rows; `unset` leaves it alone. */
  async fill(
    step: FillStep,
    tenant: TenantIndex | undefined,
    setting: 'tenant' | 'unset' = 'tenant',
  ): Promise<void> {
    const { tenants, survey, tenantColumns } = this.#options;
    const value = setting === 'unset' || tenant === undefined ? undefined : tenants[tenant];
    let failure: string | undefined;
    let filled = 0;
    for (const variant of variantsOf(step, tenant, survey, tenantColumns)) {
      const insertion = await this.#insert(step, variant, value);
      if (insertion.ended === 'well') {
        const rows = this.#rows.get(step.table.oid) ?? [];
        rows.push({ ...insertion.row, tenant });
        this.#rows.set(step.table.oid, rows);
        filled += 1;
      } else failure ??= insertion.failure.message;
    }
    if (filled === 0) this.#failures.set(step.table.oid, failure ?? 'no row was tried');
  }

  /** A row that could be put in beside those that are there; `undefined` where none was found. */
  async spare(step: FillStep, tenant: TenantIndex): Promise<FilledRow | undefined> {
    const { tenants } = this.#options;
    const variant = { row: 1, tenant, nulls: false };
    const setting = tenants[tenant];
    for (const role of ['none', this.#options.role]) {
      const insertion = await this.#try(step, variant, { setting, role }, { stays: false });
      if (insertion.ended === 'well') return { ...insertion.row, tenant };
    }
    return undefined;
  }

  async #insert(step: FillStep, variant: Variant, setting: string | undefined): Promise<Insertion> {
    const own = { setting, role: 'none' };
    if (variant.exception !== undefined) return await this.#tryExcepted(step, variant, own);
    const first = await this.#try(step, variant, own);
    if (first.ended === 'well' || variant.row > 0) return first;
    if (first.failure.sqlstate === '42501') {
      return await this.#try(step, variant, { setting, role: this.#options.role });
    }
    return this.#options.mayPutAside ? await this.#putAside(step, variant, own, first) : first;
  }

  /** A made-up exception stays only where both tenants can still read: a policy may fail on it. */
  async #tryExcepted(step: FillStep, variant: Variant, actor: Actor): Promise<Insertion> {
    const { stage, role, tenants } = this.#options;
    const insertion = await this.#try(step, variant, actor, { stays: false });
    if (insertion.ended === 'badly') return insertion;
    for (const tenant of tenants) {
      const reader = { setting: actor.setting === undefined ? undefined : tenant, role };
      const read = await stage.follow(reader, `SELECT count(*) FROM ${step.table.sql}`);
      if (read.ended === 'badly' && !read.message.startsWith('permission denied')) {
        return { ended: 'badly', failure: read };
      }
    }
    await stage.keep();
    return insertion;
  }

  async #try(
    step: FillStep,
    variant: Variant,
    actor: Actor,
    options: InsertOptions = {},
  ): Promise<Insertion> {
    const { stage, survey } = this.#options;
    const planned = planRow(step, variant, this.sources);
    return await insertRow(stage, actor, step.table, planned, survey.types, options);
  }

  /** In the scratch, what no row passes is taken away for the rest of the proof. */
  async #putAside(
    step: FillStep,
    variant: Variant,
    actor: Actor,
    first: Extract<Insertion, { ended: 'badly' }>,
  ): Promise<Insertion> {
    const { stage } = this.#options;
    const { table } = step;
    let last: Extract<Insertion, { ended: 'badly' }> = first;
    for (let rounds = 0; rounds < 5; rounds += 1) {
      const { constraint } = last.failure;
      const check = table.checks.find(({ name }) => name === constraint);
      if (check === undefined) break;
      const dropped = await stage.perform(
        { setting: undefined, role: 'none' },
        `ALTER TABLE ${table.sql} DROP CONSTRAINT ${quoteIdentifier(check.name)}`,
      );
      if (dropped.ended === 'badly') break;
      this.#notes.add(
        `${table.sql}: no value was found that ${check.name} allows; it was tried without`,
      );
      const next = await this.#try(step, variant, actor);
      if (next.ended === 'well') return next;
      last = next;
    }
    const replica = 'SET LOCAL session_replication_role = replica; ';
    const quiet = await this.#try(step, variant, actor, { before: replica });
    await stage.perform(
      { setting: undefined, role: 'none' },
      'SET LOCAL session_replication_role = origin',
    );
    if (quiet.ended === 'badly') return last;
    this.#notes.add(
      `${table.sql}: filled without its triggers and foreign keys, which refused: ${last.failure.message}`,
    );
    return quiet;
  }
}

/** Rows that differ in what a policy may look at: what is true, what is NULL, what it names. */
function variantsOf(
  { table, isOwned }: FillStep,
  tenant: TenantIndex | undefined,
  survey: Survey,
  tenantColumns: TenantColumns,
): readonly Variant[] {
  if (!isOwned) return [0, 1].map((row) => ({ row, tenant, nulls: false }));
  const partitions = survey.tables.filter(({ parents }) => parents.includes(table.oid));
  const more = Math.min(MOST_PARTITIONS, partitions.length);
  const rows = Array.from({ length: 2 + more }, (_, row) => ({ row, tenant, nulls: false }));
  const exceptions = exceptionsOf(
    table,
    survey,
    (name) => tenantColumns.get(table.oid)?.has(name) === true,
  ).slice(0, MOST_EXCEPTIONS);
  return [
    ...rows,
    { row: rows.length, tenant, nulls: true },
    ...exceptions.map((exception, index) => ({
      row: rows.length + 1 + index,
      tenant,
      nulls: false,
      exception,
    })),
  ];
}

function exceptionsOf(
  { policies, columns }: Table,
  { types }: Survey,
  isTenant: (column: string) => boolean,
): readonly Exception[] {
  const names = columns.flatMap(({ name, isGenerated }) =>
    isGenerated || isTenant(name) ? [] : [name],
  );
  const isJson = (name: string): boolean => {
    const column = columns.find((one) => one.name === name);
    return /^jsonb?$/.test(types.get(column?.type ?? '')?.name ?? '');
  };
  const conditions = policies.flatMap(({ using, check }) => [using ?? '', check ?? '']);
  const all = conditions.flatMap((condition) => exceptionsIn(condition, names, isJson));
  return [...new Map(all.map((one) => [`${one.column} ${one.value}`, one])).values()];
}

/** Bounds of the partitions below a table whose key has the column; those of a hash say nothing. */
function boundsBelow(survey: Survey, table: Table, column: string): readonly string[] {
  const children = survey.tables.filter(
    ({ isPartition, parents }) => isPartition && parents.includes(table.oid),
  );
  const own = table.partitionKey.includes(column)
    ? children.flatMap(({ bound }) => (bound === null || bound.includes('modulus') ? [] : [bound]))
    : [];
  return [...own, ...children.flatMap((child) => boundsBelow(survey, child, column))];
}
