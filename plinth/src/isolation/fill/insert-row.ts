// Puts one row into a table: where a condition refuses a value, the next one is tried. It decides
// nothing about whose the row is.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import type { Actor, Outcome, Stage } from '../stage.js';
import type { Table, Type } from '../survey/survey.js';
import type { Sample } from '../values/sample-value.js';
import type { FilledRow } from './filled-row.js';

/** How often one row is tried. */
const MOST_TRIES = 200;

export type Insertion =
  | { readonly ended: 'well'; readonly row: Omit<FilledRow, 'tenant'> }
  | { readonly ended: 'badly'; readonly failure: Extract<Outcome, { ended: 'badly' }> };

type Planned = ReadonlyMap<string, readonly Sample[]>;

export interface InsertOptions {
  /** What is run in front of it, with its semicolon. */
  readonly before?: string;
  /** Whether the row stays. Default: true. */
  readonly stays?: boolean;
}

export async function insertRow(
  stage: Stage,
  actor: Actor,
  table: Table,
  planned: Planned,
  types: ReadonlyMap<string, Type>,
  { before = '', stays = true }: InsertOptions = {},
): Promise<Insertion> {
  const odometer = new Odometer(planned);
  for (let tries = 1; ; tries += 1) {
    const chosen = odometer.chosen();
    const sql = before + insertStatement(table, chosen);
    const outcome = await (stays ? stage.perform(actor, sql) : stage.attempt(actor, sql));
    if (outcome.ended === 'well') {
      return { ended: 'well', row: readRow(table, chosen, outcome.rows[0]) };
    }
    const refused = refusedColumns(table, planned, outcome, types, sql);
    if (tries === MOST_TRIES || !odometer.advance(refused)) {
      return { ended: 'badly', failure: outcome };
    }
  }
}

/** The INSERT, with everything that the row then holds. */
function insertStatement(table: Table, chosen: ReadonlyMap<string, Sample>): string {
  const cells = table.columns.map(({ name }) => `${quoteIdentifier(name)}::text`).join(', ');
  return `${insertText(table, new Map([...chosen].map(([name, { sql }]) => [name, sql])))}
    RETURNING ARRAY[${cells}]::text[] AS cells, tableoid::oid::text AS "table", ctid::text AS ctid`;
}

/** An INSERT of one row with these values; other columns are left to the database. */
export function insertText(table: Table, values: ReadonlyMap<string, string>): string {
  if (values.size === 0) return `INSERT INTO ${table.sql} DEFAULT VALUES`;
  const names = [...values.keys()].map(quoteIdentifier).join(', ');
  const isForced = table.columns.some(({ name, identity }) => identity === 'a' && values.has(name));
  const overriding = isForced ? ' OVERRIDING SYSTEM VALUE' : '';
  return `INSERT INTO ${table.sql} (${names})${overriding} VALUES (${[...values.values()].join(', ')})`;
}

function readRow(
  table: Table,
  chosen: ReadonlyMap<string, Sample>,
  found: Readonly<Record<string, unknown>> | undefined,
): Omit<FilledRow, 'tenant'> {
  const texts: readonly unknown[] = Array.isArray(found?.cells) ? found.cells : [];
  const cells = new Map(
    table.columns.map(({ name }, index) => {
      const text = texts[index];
      return [name, typeof text === 'string' ? text : null] as const;
    }),
  );
  const telling = [...chosen].flatMap(([name, { isTelling }]) => {
    const text = cells.get(name);
    return isTelling && text ? [text, ...wordsIn(text)] : [];
  });
  return {
    cells,
    telling: [...new Set(telling)].filter((text) => text.length >= 8),
    place: { table: String(found?.table), ctid: String(found?.ctid) },
    given: new Map([...chosen].map(([name, { sql }]) => [name, sql])),
  };
}

/** The mark of a run inside of a longer text, such as one of JSON. */
function wordsIn(text: string): readonly string[] {
  return text.match(/pl[0-9a-f]{8}n\d+z/g) ?? [];
}

const CHECK_VIOLATION = '23514';

/** The columns whose values a condition refused; none where it was something else. */
function refusedColumns(
  table: Table,
  planned: Planned,
  { sqlstate, constraint, position = -1 }: Extract<Outcome, { ended: 'badly' }>,
  types: ReadonlyMap<string, Type>,
  sql: string,
): readonly string[] | 'last' {
  if (sqlstate.startsWith('22')) {
    // PostgreSQL points at the value that it cannot read.
    const named = [...planned].find(([, candidates]) =>
      candidates.some(
        (candidate) => candidate.sql.length > 4 && startsAt(sql, candidate.sql, position),
      ),
    );
    return named === undefined ? 'last' : [named[0]];
  }
  if (sqlstate !== CHECK_VIOLATION) return [];
  const check = table.checks.find(({ name }) => name === constraint);
  if (check !== undefined) return check.columns.filter((name) => planned.has(name));
  const isDomain = (oid: string): boolean => types.get(oid)?.kind === 'd';
  // Without a name it is the key of a partitioned table that fits no partition.
  return table.columns
    .filter(({ name, type }) => planned.has(name) && (constraint === undefined || isDomain(type)))
    .map(({ name }) => name);
}

function startsAt(sql: string, value: string, position: number): boolean {
  return position >= 0 && sql.startsWith(value, position);
}

/** Which of its candidates each column has; turned like the wheels of a counter. */
class Odometer {
  readonly #planned: Planned;
  readonly #indexes = new Map<string, number>();
  #last: readonly string[] = [];

  constructor(planned: Planned) {
    this.#planned = planned;
  }

  chosen(): ReadonlyMap<string, Sample> {
    const chosen = new Map<string, Sample>();
    for (const [name, candidates] of this.#planned) {
      const sample = candidates[this.#indexes.get(name) ?? 0];
      if (sample !== undefined) chosen.set(name, sample);
    }
    return chosen;
  }

  /** Whether there is a next choice for these columns. */
  advance(columns: readonly string[] | 'last'): boolean {
    const wheels = columns === 'last' ? this.#lastTurned() : columns;
    for (const name of wheels) {
      const next = (this.#indexes.get(name) ?? 0) + 1;
      this.#last = wheels;
      if (next < (this.#planned.get(name)?.length ?? 0)) {
        this.#indexes.set(name, next);
        return true;
      }
      this.#indexes.set(name, 0);
    }
    return false;
  }

  #lastTurned(): readonly string[] {
    if (this.#last.length > 0) return this.#last;
    return [...this.#planned].flatMap(([name, { length }]) => (length > 1 ? [name] : []));
  }
}

/** A cell as SQL: the text that PostgreSQL gave, in the column's type. */
export function cellSql(table: Table, name: string, cell: string | null | undefined): string {
  if (cell === null || cell === undefined) return 'NULL';
  const column = table.columns.find((one) => one.name === name);
  return `${quoteLiteral(cell)}::${column?.typeSql ?? 'text'}`;
}
