// What the attacks act in: filled tables, two tenants, and what each of them should see. It judges
// nothing by itself but whether a tenant's rows are as they were.

import { quoteIdentifier, quoteLiteral } from '../sql/index.js';
import type { FilledRow, TenantIndex } from './fill/filled-row.js';
import { cellSql } from './fill/insert-row.js';
import type { Actor, Outcome, Stage } from './stage.js';
import type { Column, Survey, Table } from './survey/survey.js';
import type { TenantColumns } from './tenants.js';
import type { Samples } from './values/sample-value.js';

/** Above this a statement without WHERE would hold up others, and is not tried. */
const SMALL_TABLE = 1000;

export interface SceneParts {
  readonly stage: Stage;
  readonly survey: Survey;
  readonly role: string;
  /** Name of the column that says whose a row is. */
  readonly column: string;
  readonly tenants: readonly [string, string];
  readonly tenantColumns: TenantColumns;
  readonly isolated: readonly Table[];
  /** The isolated tables, those first that refer to others; without partitions. */
  readonly emptied: readonly Table[];
  /** Every row that was put in. */
  readonly rows: readonly FilledRow[];
  /** A row that could be put in, by table and tenant. */
  readonly spares: ReadonlyMap<string, FilledRow>;
  /** Whether it is a throw-away database. */
  readonly isScratch: boolean;
  /** Whether functions that may change something are called. */
  readonly callsFunctions: boolean;
  /** Values that no row has yet. */
  readonly samples: Samples;
}

/** What a message told of the other tenant. */
export interface Told {
  readonly table: string;
  readonly text: string;
  readonly statement: string;
}

export class Scene {
  readonly stage: Stage;
  readonly survey: Survey;
  readonly role: string;
  readonly column: string;
  readonly tenants: readonly [string, string];
  readonly tenantColumns: TenantColumns;
  readonly isolated: readonly Table[];
  readonly isScratch: boolean;
  readonly callsFunctions: boolean;
  readonly samples: Samples;
  readonly #parts: SceneParts;
  readonly #worlds = new Map<string, World>();
  readonly #telling: readonly [ReadonlySet<string>, ReadonlySet<string>];
  readonly #descendants = new Map<string, ReadonlySet<string>>();
  readonly told: Told[] = [];

  constructor(parts: SceneParts) {
    this.#parts = parts;
    this.stage = parts.stage;
    this.survey = parts.survey;
    this.role = parts.role;
    this.column = parts.column;
    this.tenants = parts.tenants;
    this.tenantColumns = parts.tenantColumns;
    this.isolated = parts.isolated;
    this.isScratch = parts.isScratch;
    this.callsFunctions = parts.callsFunctions;
    this.samples = parts.samples;
    this.#telling = [this.#tellingOf(0), this.#tellingOf(1)];
  }

  /** The tenant, as a request runs. */
  as(tenant: TenantIndex): Actor {
    return { setting: this.tenants[tenant], role: this.role };
  }

  /** The connection's own role, for a tenant's rows. */
  fillerFor(tenant: TenantIndex): Actor {
    return { setting: this.tenants[tenant], role: 'none' };
  }

  /** The rows of a tenant in a table, those in its partitions and children too. */
  rows(table: Table, tenant: TenantIndex): readonly FilledRow[] {
    const below = this.#below(table);
    return this.#parts.rows.filter((row) => row.tenant === tenant && below.has(row.place.table));
  }

  /** What a new row of a tenant may hold, as SQL by column; what is there already where none was found. */
  spare(table: Table, tenant: TenantIndex): ReadonlyMap<string, string> | undefined {
    const spare = this.#parts.spares.get(`${table.oid} ${tenant}`);
    return spare?.given ?? this.rows(table, tenant)[0]?.given;
  }

  /** Columns of a table that hold a tenant's id; the one that is named so first. */
  ownColumns(table: Table): readonly Column[] {
    const names = this.tenantColumns.get(table.oid);
    const columns = table.columns.filter(({ name }) => names?.has(name) === true);
    return [...columns].sort(
      (a, b) => Number(b.name === this.column) - Number(a.name === this.column),
    );
  }

  selectable({ columns }: Table): readonly Column[] {
    return columns.filter(({ may }) => may.select);
  }

  isSmall({ estimatedRows }: Table): boolean {
    return this.isScratch || estimatedRows <= SMALL_TABLE;
  }

  /** A condition that holds for the tenant's rows and no others. */
  whose(table: Table, tenant: TenantIndex, isFiller = false): string {
    const seen = (name: string): boolean =>
      isFiller || table.columns.some((column) => column.name === name && column.may.select);
    const own = this.ownColumns(table).find(({ name }) => seen(name));
    if (own !== undefined) {
      const id = quoteLiteral(this.tenants[tenant]);
      return `${quoteIdentifier(own.name)} = ${id}::${own.typeSql}`;
    }
    const rows = this.rows(table, tenant);
    if (rows.length === 0) return 'false';
    const key = table.keys.find(
      ({ isPlain, columns }) => isPlain && columns.length > 0 && columns.every(seen),
    );
    if (key === undefined) {
      const places = rows.map(({ place }) => `(${place.table}::oid, '${place.ctid}'::tid)`);
      return `(tableoid, ctid) IN (${places.join(', ')})`;
    }
    const values = rows.map(
      ({ cells }) =>
        `(${key.columns.map((name) => cellSql(table, name, cells.get(name))).join(', ')})`,
    );
    return `(${key.columns.map(quoteIdentifier).join(', ')}) IN (${values.join(', ')})`;
  }

  /** Tries a statement of a tenant, and listens for what it tells of the other. */
  async attempt(table: Table, tenant: TenantIndex, sql: string): Promise<Outcome> {
    return await this.attemptAs(this.as(tenant), table, tenant, sql);
  }

  async attemptAs(actor: Actor, table: Table, tenant: TenantIndex, sql: string): Promise<Outcome> {
    const outcome = await this.stage.attempt(actor, sql);
    const text = this.foreignText(tenant, outcome.said, sql);
    if (text !== undefined)
      this.told.push({ table: table.oid, text: outcome.said, statement: sql });
    return outcome;
  }

  /** How a statement ends where the other tenant has no rows; `undefined` where they cannot be removed. */
  async attemptAlone(tenant: TenantIndex, sql: string): Promise<Outcome | undefined> {
    const victim = tenant === 0 ? 1 : 0;
    const removals = this.#parts.emptied.map(
      (table) => `DELETE FROM ${table.sql} WHERE ${this.whose(table, victim, true)}`,
    );
    const removed = await this.stage.attempt(this.fillerFor(victim), removals.join(';\n'));
    return removed.ended === 'well' ? await this.stage.follow(this.as(tenant), sql) : undefined;
  }

  /** A text of the other tenant that stands in an answer and did not stand in the question. */
  foreignText(tenant: TenantIndex, answer: string, question = ''): string | undefined {
    if (answer === '') return undefined;
    const theirs = this.#telling[tenant === 0 ? 1 : 0];
    return [...theirs].find((text) => answer.includes(text) && !question.includes(text));
  }

  /** Remembers how a tenant's rows are, before anybody attacks them. */
  async remember(table: Table, tenant: TenantIndex): Promise<void> {
    for (const view of this.#views(table, tenant)) {
      const outcome = await this.stage.attempt(view.actor, view.sql);
      if (outcome.ended === 'badly') continue;
      this.#worlds.set(`${table.oid} ${tenant}`, { ...view, digest: digestOf(outcome) });
      return;
    }
  }

  /** Whether the last attempt, which ended well, changed a tenant's rows in these tables. */
  async isChanged(tables: readonly Table[], tenant: TenantIndex): Promise<boolean> {
    for (const table of tables) {
      const world = this.#worlds.get(`${table.oid} ${tenant}`);
      // What could not be read before is not compared: the refusal would end the transaction.
      if (world === undefined) continue;
      const now = digestOf(await this.stage.follow(world.actor, world.sql));
      if (now !== world.digest) return true;
    }
    return false;
  }

  /** All of a tenant's rows by its id; where no column says it, what the tenant itself sees. */
  #views(table: Table, tenant: TenantIndex): readonly Omit<World, 'digest'>[] {
    const seen = this.selectable(table);
    const own =
      seen.length > 0 ? [{ actor: this.as(tenant), sql: digestSql(table, seen, '') }] : [];
    if (this.ownColumns(table).length === 0) return own;
    const where = ` WHERE ${this.whose(table, tenant, true)}`;
    return [{ actor: this.fillerFor(tenant), sql: digestSql(table, table.columns, where) }, ...own];
  }

  /** What is shared is not telling: a row of nobody may hold it, and so may both tenants. */
  #tellingOf(tenant: TenantIndex): ReadonlySet<string> {
    const isolated = new Set(this.isolated.flatMap((table) => [...this.#below(table)]));
    const own = new Set<string>();
    const others = new Set<string>();
    for (const row of this.#parts.rows) {
      const isOwn = row.tenant === tenant && isolated.has(row.place.table);
      for (const text of isOwn ? row.telling : row.cells.values()) {
        if (text !== null) (isOwn ? own : others).add(text);
      }
    }
    for (const text of others) own.delete(text);
    return own;
  }

  #below(table: Table): ReadonlySet<string> {
    const known = this.#descendants.get(table.oid);
    if (known !== undefined) return known;
    const found = new Set([table.oid]);
    for (const oid of found) {
      for (const child of this.#parts.survey.tables) {
        if (child.parents.includes(oid)) found.add(child.oid);
      }
    }
    this.#descendants.set(table.oid, found);
    return found;
  }
}

/** How a tenant's rows in a table were, and how that is asked again. */
interface World {
  readonly actor: Actor;
  readonly sql: string;
  readonly digest: string;
}

function digestSql(table: Table, columns: readonly Column[], where: string): string {
  const row = `ROW(${columns.map(({ name }) => quoteIdentifier(name)).join(', ')})::text`;
  return `SELECT count(*) || ' ' || md5(coalesce(string_agg(w.r, ',' ORDER BY w.r), '')) AS digest
    FROM (SELECT ${row} AS r FROM ${table.sql}${where} LIMIT 1000) w`;
}

function digestOf(outcome: Outcome): string {
  return outcome.ended === 'well' ? String(outcome.rows[0]?.digest) : `refused ${outcome.sqlstate}`;
}
