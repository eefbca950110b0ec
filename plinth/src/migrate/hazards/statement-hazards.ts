// What a statement may do to a live system, read from its text alone: the lock it takes on the
// relation it names, and its hazards. It asks no server, so it says what is usual, not what is there.

import type { Hazard, LockMode } from '../../catalog/index.js';
import { ACTION_RULES, ADDS_COLUMN, COLUMN_RULES } from './alter-table-rules.js';
import { type HazardRule, sumOfRules } from './hazard-rule.js';
import { STATEMENT_RULES } from './statement-rules.js';
import {
  NAME,
  namesIn,
  outermost,
  partsFrom,
  type StatementShape,
  shapeOf,
} from './statement-shape.js';

export interface StatementReading {
  /** On the relation that the statement names; `undefined` where it locks none, or none is known. */
  readonly lock: LockMode | undefined;
  readonly hazards: readonly Hazard[];
}

/**
 * What a statement may do to a live system. What autogenerate wrote above a statement knows more:
 * it has seen both schemas.
 *
 * @example statementHazards('DROP TABLE users') // [{ kind: 'loses-data', … }, { kind: 'breaks-code', … }]
 */
export function statementHazards(statement: string): readonly Hazard[] {
  return readStatement(statement).hazards;
}

/** @param fresh Tables that were made shortly before, which nobody else uses yet. */
export function readStatement(
  statement: string,
  fresh: ReadonlySet<string> = NOTHING,
): StatementReading {
  const shape = shapeOf(statement);
  const names = SUBJECTS.map((subject) => namesIn(shape, subject)).find(({ length }) => length > 0);
  if (names?.every((name) => fresh.has(plainName(name))) === true) return UNSEEN;
  return sumOfRules(rulesFor(shape), names?.join(', ') ?? 'the relation');
}

/** The table that a statement makes where none of its name is. */
export function createdTable(statement: string): string | undefined {
  const [name] = namesIn(shapeOf(statement), CREATED);
  return name === undefined ? undefined : plainName(name);
}

const NOTHING: ReadonlySet<string> = new Set();
const UNSEEN: StatementReading = { lock: undefined, hazards: [] };

const NAMES = `(?<names>${NAME}(?: , ${NAME})*)`;
const ONE = `(?<names>${NAME})`;

const CREATED = new RegExp(
  `^CREATE (?:UNLOGGED |FOREIGN )?(?:TABLE|MATERIALIZED VIEW) (?!IF NOT EXISTS )${ONE} `,
);

const ALTER_TABLE = new RegExp(
  `^ALTER (?:FOREIGN )?TABLE (?:IF EXISTS )?(?:ONLY )?${ONE}(?: \\*)? (?=ADD|ALTER|ATTACH|CLUSTER|DETACH|DISABLE|DROP|ENABLE|FORCE|INHERIT|NO|NOT|OF|OPTIONS|OWNER|RENAME|REPLICA|RESET|SET|VALIDATE)`,
);

const OPTIONS = '(?:\\( [^)]*\\) )?';

/** Where the name of what a statement is about stands. */
const SUBJECTS: readonly RegExp[] = [
  ALTER_TABLE,
  `^CREATE TABLE .* PARTITION OF ${ONE}`,
  `^CREATE (?:UNIQUE )?INDEX (?:.* )?ON (?:ONLY )?${ONE}`,
  `^(?:CREATE|ALTER|DROP) (?:OR REPLACE )?(?:CONSTRAINT )?(?:POLICY|TRIGGER|RULE) .*? ON ${ONE}`,
  `^DROP OWNED BY ${NAMES}`,
  `^DROP (?:FOREIGN TABLE|MATERIALIZED VIEW|INDEX CONCURRENTLY|[A-Z]+) (?:IF EXISTS )?${NAMES}`,
  `^TRUNCATE (?:TABLE )?(?:ONLY )?${NAMES}`,
  `^(?:DELETE FROM|UPDATE|INSERT INTO|MERGE INTO) (?:ONLY )?${ONE}`,
  `^REINDEX ${OPTIONS}[A-Z]+ (?:CONCURRENTLY )?${ONE}`,
  `^CLUSTER ${OPTIONS}(?:VERBOSE )?${ONE}`,
  `^VACUUM ${OPTIONS}(?:FULL )?(?:FREEZE )?(?:VERBOSE )?(?:ANALYZE )?${NAMES}`,
  `^REFRESH MATERIALIZED VIEW (?:CONCURRENTLY )?${ONE}`,
  `^LOCK (?:TABLE )?(?:ONLY )?${NAMES}`,
  `^GRANT .*? ON (?:TABLE )?${NAMES} TO `,
  `^REVOKE .*? ON (?:TABLE )?${NAMES} FROM `,
  `^(?:CREATE|ALTER) (?:MATERIALIZED VIEW|[A-Z]+) (?:IF EXISTS )?${ONE}`,
].map((pattern) => new RegExp(pattern));

/** As one name for `users`, `Users` and `public.users`. */
function plainName(name: string): string {
  const plain = name.replaceAll(/"(?:[^"]|"")*"|[^".]+/g, (part) =>
    part.startsWith('"') ? part : part.toLowerCase(),
  );
  const bare = plain.replaceAll(/"([a-z_][a-z0-9_$]*)"/g, '$1');
  return bare.startsWith('public.') ? bare.slice('public.'.length) : bare;
}

function rulesFor(shape: StatementShape): readonly HazardRule[] {
  const start = ALTER_TABLE.exec(shape.text);
  if (start === null) {
    // What stands in parentheses is the matter of a query or a list, not of the statement.
    const text = /^(?:DELETE|UPDATE|DROP|CREATE TABLE)/.test(shape.text)
      ? outermost(shape)
      : shape.text;
    const rule = STATEMENT_RULES.find(({ shape: pattern }) => pattern.test(text));
    return rule === undefined ? [] : [rule];
  }
  return partsFrom(shape, start[0].length).flatMap(({ text }) => rulesForAction(text));
}

function rulesForAction(action: string): readonly HazardRule[] {
  if (ADDS_COLUMN.test(action)) {
    const found = COLUMN_RULES.filter(({ shape }) => shape.test(action));
    return [{ shape: ADDS_COLUMN, lock: 'ACCESS EXCLUSIVE' }, ...found];
  }
  const rule = ACTION_RULES.find(({ shape }) => shape.test(action));
  return rule === undefined ? [] : [rule];
}
