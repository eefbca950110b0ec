// What a class of retention is, and whether it is well written. It asks no database.

import { PlinthError } from '../errors/index.js';
import { isSignificant, tokenize } from '../sql/index.js';

/** Rows of one table that go when their time is up. Plain data. */
export interface RetentionClass {
  /** What reports and metrics call it. Each has a name of its own. */
  readonly name: string;
  /** The table, with its schema in front where the search path does not find it. */
  readonly table: string;
  /** The column that the age is counted from, `timestamp with time zone`; NULL is never due. */
  readonly column: string;
  /** How long rows are kept: a whole number and a unit, from `seconds` to `years`: `90 days`. */
  readonly keep: string;
  /**
   * A condition in SQL on the rows of the class, such as `status <> 'pending'`. It stands in statements as
   * it is, so it has to be one whole expression. Default: all.
   */
  readonly where?: string | undefined;
  /** The column that says whose a row is. The class then goes through the tenants, one by one. */
  readonly tenant?: string | undefined;
  /** Removes rows in place of DELETE, for a table that nobody may delete from, such as an audit log. */
  readonly prune?: Prune | undefined;
}

/** A function of the database that removes the oldest rows. */
export interface Prune {
  /**
   * Takes `(tenant text, before timestamptz, most)`, returns how many rows went, each an `integer` or a
   * `bigint`; fewer than `most` say that none is left. The tenant is empty for a class without tenants.
   */
  readonly function: string;
  /** A column in whose order rows age, and that an index serves within a tenant: a running number. */
  readonly order: string;
  /** What the function keeps however it is asked, such as `6 years`. A class that keeps less is refused. */
  readonly least?: string | undefined;
}

const KEEP = /^([1-9]\d{0,8}) (second|minute|hour|day|week|month|year)s?$/;

/** Days of a unit, as long as they are in the mean. */
const DAYS: Readonly<Record<string, number>> = {
  second: 1 / 86_400,
  minute: 1 / 1440,
  hour: 1 / 24,
  day: 1,
  week: 7,
  month: 365.25 / 12,
  year: 365.25,
};

/** Behind it the time that rows are kept from is before the year 1, which nobody means. */
const LONGEST_DAYS = 1000 * 365.25;

/**
 * Whether a text says how long rows are kept, 1000 years at most.
 *
 * @param least What it must not be shorter than.
 */
export function isKeep(text: string, least = '1 second'): boolean {
  const days = daysOf(text);
  return days >= daysOf(least) && days <= LONGEST_DAYS;
}

/** NaN for a text that says no time. */
function daysOf(text: string): number {
  const [, count = '', unit = ''] = KEEP.exec(text) ?? [];
  return Number(count || Number.NaN) * (DAYS[unit] ?? Number.NaN);
}

/**
 * The classes of these names, or all.
 *
 * @throws PlinthError RETENTION_CLASS_INVALID for a class that cannot be used, a name that two have,
 *   and one that none has.
 */
export function chooseClasses(
  classes: readonly RetentionClass[],
  names: readonly string[] = [],
): readonly RetentionClass[] {
  for (const each of classes) checkClass(each, classes);
  const unknown = names.find((name) => classes.every((each) => each.name !== name));
  if (unknown !== undefined) {
    const known = classes.map(({ name }) => name).join(', ');
    throw invalidClass(unknown, 'is not listed', `Name one of ${known || 'those you list'}.`);
  }
  return names.length === 0 ? classes : classes.filter(({ name }) => names.includes(name));
}

function checkClass(its: RetentionClass, all: readonly RetentionClass[]): void {
  const { name, keep, where, prune } = its;
  if (!isKeep(keep)) {
    throw invalidClass(
      name,
      `keeps rows for ${JSON.stringify(keep)}`,
      'Write a whole number and a unit, such as 90 days or 6 years, 1000 years at most.',
    );
  }
  if (prune?.least !== undefined && !isKeep(keep, prune.least)) {
    throw invalidClass(
      name,
      `keeps rows for ${keep}, and ${prune.function} removes none before ${prune.least}`,
      `Keep them for ${prune.least} or longer.`,
    );
  }
  const problem = where === undefined ? undefined : findSlip(where);
  if (problem !== undefined) {
    throw invalidClass(
      name,
      `has a condition that ${problem}: ${where}`,
      'Write one whole expression in SQL, without values to be bound.',
    );
  }
  if (name !== '' && all.filter((other) => other.name === name).length === 1) return;
  throw invalidClass(name, 'has no name of its own', 'Give every class another name.');
}

/**
 * What lets a condition reach beyond its own parentheses, and so past the cut-off and the tenant.
 *
 * @returns What is wrong, as it follows "that"; `undefined` where nothing is.
 */
function findSlip(where: string): string | undefined {
  let depth = 0;
  let isEmpty = true;
  for (const token of tokenize(where)) {
    const { kind, text, closed } = token;
    if (!closed) return 'ends within a quote or a comment';
    isEmpty &&= !isSignificant(token);
    if (kind === 'parameter') return `binds ${text}`;
    if (kind !== 'punctuation') continue;
    if (text === ';') return 'holds a semicolon';
    depth += Number(text === '(') - Number(text === ')');
    if (depth < 0) return 'closes a parenthesis that it has not opened';
  }
  if (isEmpty) return 'says nothing';
  return depth === 0 ? undefined : 'leaves a parenthesis open';
}

/** @param problem What is wrong, as it follows the name. */
export function invalidClass(name: string, problem: string, hint: string): PlinthError {
  return new PlinthError(
    'RETENTION_CLASS_INVALID',
    `the retention class ${JSON.stringify(name)} ${problem}`,
    { hint, details: { class: name } },
  );
}
