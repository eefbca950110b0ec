// Random expressions and queries over one table, for properties of SQL that PostgreSQL prints.
// The same seed gives the same text.

/** The table they are about: columns of the types that matter to how PostgreSQL prints. */
export const RANDOM_TABLE =
  'CREATE TABLE t (x int, y int, a text, s varchar(10), n numeric, ok boolean, d timestamptz, j jsonb)';

/** Below this only what has no parts. */
const DEEPEST = 3;

type Part = string | (() => string);

export class RandomSql {
  #state: number;
  #depth = 0;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A query, with joins, sub-queries and set operations; not each one makes sense. */
  query(): string {
    return this.#pick([
      () => `SELECT ${this.#value} AS c1, ${this.#value} AS c2, ${this.#value} AS c3 FROM t`,
      () => `SELECT ${this.#int} AS c1 FROM t WHERE ${this.#bool} AND ${this.#bool}`,
      () => `SELECT t.x, u.c FROM t LEFT JOIN (SELECT x AS k, ${this.#value} AS c FROM t
        WHERE ${this.#bool}) u ON u.k = t.x AND (u.c IS NULL OR t.ok)
        JOIN (t v JOIN t w USING (x)) ON v.y = t.y`,
      () => `SELECT ${this.#int} AS c1, ${this.#text} AS c2 FROM t
        UNION ALL ${this.#arm} UNION ${this.#arm}`,
      () => `WITH q (k, l) AS (${this.#arm} EXCEPT ${this.#arm})
        SELECT k, l FROM q WHERE k > 1 OR l = 'a'`,
      () => `SELECT ${this.#int} AS g, count(*) FILTER (WHERE ${this.#bool}) AS f FROM t
        GROUP BY 1 HAVING bool_or(${this.#bool}) AND max(x) > 1 ORDER BY (max(y) + 1) LIMIT 3`,
      () => `SELECT row_number() OVER (PARTITION BY (${this.#int})
        ORDER BY (${this.#text}) DESC, x) AS r FROM t`,
      () => `SELECT DISTINCT ON ((x + ${this.#int})) x AS c1 FROM t`,
      () => `SELECT CASE WHEN ${this.#bool} THEN ${this.#value} END AS c1
        FROM t, LATERAL (${this.#arm}) l (p, q)`,
    ]);
  }

  condition(): string {
    return this.#bool;
  }

  get #int(): string {
    return this.#pick([
      ...['x', 'y', 't.x', '1', '-2', '40000', '(x)'],
      () => `(${this.#int} ${this.#pick(['+', '-', '*', '/', '%', '#'])} ${this.#int})`,
      () => `${this.#int} ${this.#pick(['+', '-', '*'])} ${this.#int}`,
      () => `(- ${this.#int})`,
      () => `(CASE WHEN ${this.#bool} THEN ${this.#int} ELSE ${this.#int} END)`,
      () => `(CASE ${this.#int} WHEN 1 THEN ${this.#int} WHEN ${this.#int} THEN 3 END)`,
      () => `coalesce(${this.#int}, ${this.#int})`,
      () => `greatest(${this.#int}, nullif(${this.#int}, ${this.#int}))`,
      () => `length(${this.#text})`,
      () => `(SELECT max(${this.#int}) FROM t u WHERE ${this.#bool})`,
      () => `(ARRAY[${this.#int}, ${this.#int}])[${this.#int}]`,
      () => `(${this.#int}::${this.#pick(['bigint', 'numeric(10,2)', 'text', 'smallint'])})::int`,
      () => `extract(year FROM d + interval '1 day' * ${this.#int})::int`,
      () => `(j ->> ${this.#text})::int`,
    ]);
  }

  get #text(): string {
    return this.#pick([
      ...['a', 't.a', 's::text', "'it''s'", "'(('", "'b'::varchar", "E'\\\\n'"],
      () => `(${this.#text} || ${this.#text})`,
      () => `(${this.#text} || ${this.#int})`,
      () => `(${this.#int})::text`,
      () => `lower(${this.#text})`,
      () => `substring(${this.#text} from ${this.#int} for 2)`,
      () => `trim(both 'x' from ${this.#text})`,
      () => `(${this.#text} COLLATE "C")`,
      () => `coalesce(s, ${this.#text})`,
      () => `(CASE WHEN ${this.#bool} THEN ${this.#text} END)`,
      () => `(SELECT ${this.#pick(["'q'", 'a', 'NULL'])} WHERE ${this.#bool})::text`,
      () => `(${this.#bool})::text`,
      () => `overlay(${this.#text} placing 'z' from ${this.#int})`,
    ]);
  }

  get #bool(): string {
    return this.#pick([
      ...['ok', 'true', 'x = 1', 's IS NULL', "s IN ('a', 'b')", "s NOT IN ('c', 'd')"],
      () => `${this.#bool} AND ${this.#bool}`,
      () => `(${this.#bool} AND ${this.#bool} AND ${this.#bool})`,
      () => `(${this.#bool} OR ${this.#bool})`,
      () => `(NOT (${this.#bool}))`,
      () => `(${this.#int} ${this.#pick(['=', '<>', '<', '>=', '<='])} ${this.#int})`,
      () => `(${this.#text} ${this.#pick(['=', '<>', '<', 'LIKE', '~'])} ${this.#text})`,
      () => `(x ${this.#pick(['', 'NOT'])} BETWEEN 1 AND 9 ${this.#link} ${this.#bool})`,
      () => `(${this.#int} BETWEEN ${this.#bounds} ${this.#link} ${this.#bool})`,
      () => `(${this.#int} BETWEEN SYMMETRIC ${this.#bounds} ${this.#link} ${this.#bool})`,
      () =>
        `((x, ${this.#int}) ${this.#pick(['=', '<>', '<'])} (y, ${this.#int}) ${this.#link} ok)`,
      () => `((${this.#bool}) IS ${this.#pick(['TRUE', 'NOT TRUE', 'UNKNOWN', 'NOT NULL'])})`,
      () => `(${this.#int} IS ${this.#pick(['', 'NOT'])} DISTINCT FROM ${this.#int})`,
      () => `(${this.#bool}) = (${this.#bool})`,
      () => `EXISTS (SELECT FROM t u WHERE ${this.#bool})`,
      () => `(${this.#int} = ANY (ARRAY[${this.#int}, ${this.#int}]))`,
      () => `(${this.#int} ${this.#pick(['IN', 'NOT IN', '= ANY', '> ALL'])} (${this.#list}))`,
      () => `(${this.#int} IN (${this.#int}, ${this.#int}) ${this.#link} ${this.#bool})`,
      () => `(s = ANY (ARRAY['a', 'b']::varchar[]) AND ${this.#bool})`,
      () => `(CASE WHEN ${this.#bool} THEN ${this.#bool} ELSE ok END)`,
      () => `(d ${this.#pick(['<', '>='])} now() - interval '1 day' * ${this.#int})`,
    ]);
  }

  get #link(): string {
    return this.#pick(['AND', 'OR']);
  }

  get #bounds(): string {
    return `${this.#int} AND ${this.#int}`;
  }

  get #list(): string {
    const more = this.#pick(['', 'UNION SELECT 2', 'EXCEPT ALL SELECT NULL']);
    return `SELECT ${this.#int} FROM t u ${more}`;
  }

  get #value(): string {
    return this.#pick([() => this.#int, () => this.#text, () => `(${this.#bool})`]);
  }

  /** A query of two columns. */
  get #arm(): string {
    return this.#pick([
      () => `SELECT ${this.#int}, ${this.#text} FROM t WHERE ${this.#bool}`,
      () => `SELECT DISTINCT ${this.#int}, 'z' FROM t`,
      () => 'SELECT NULL, NULL',
      () => `(SELECT ${this.#int}, 'k' UNION ALL SELECT 7, NULL)`,
    ]);
  }

  #pick(parts: readonly Part[]): string {
    const plain = parts.filter((part) => typeof part === 'string');
    const choice = this.#depth > DEEPEST && plain.length > 0 ? plain : parts;
    const part = choice[Math.floor(this.#random() * choice.length)] ?? '';
    if (typeof part === 'string') return part;
    this.#depth += 1;
    const text = part();
    this.#depth -= 1;
    return text;
  }

  /** A linear congruential generator: below 1. */
  #random(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }
}
