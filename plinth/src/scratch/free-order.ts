// Statements of a desired state may stand in any order. Here is said which of them can wait for
// others, and what each has to find when its turn comes. It runs nothing.

import type { ServerFailure } from '../sql/index.js';
import { createdObject } from './created-object.js';
import type { ScriptStatement } from './read-script.js';

/** Makes a session as it was when it began. */
export const FRESH_SESSION = `RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL;
SET check_function_bodies = off`;

/**
 * The statements, each file beginning with a session as it is when it is opened: what a file sets
 * is for itself, so that it may stand anywhere. Models are one file in this.
 */
export function separateFiles(statements: readonly ScriptStatement[]): readonly ScriptStatement[] {
  let last: string | undefined;
  return statements.flatMap((statement) => {
    // An export can have no such name.
    const file = statement.name === undefined ? statement.file : '\0models';
    const isSame = file === last;
    last = file;
    return isSame ? [statement] : [{ ...statement, text: FRESH_SESSION }, statement];
  });
}

/** Whether it changes what the statements after it find, and so is run again where one is. */
export function isSetting({ text }: ScriptStatement): boolean {
  return /^(?:SET|RESET|SELECT\s+(?:pg_catalog\s*\.\s*)?set_config\s*\()/i.test(text);
}

/**
 * What is not there yet may come: relations, columns, functions and operators, other objects,
 * schemas, the key that a foreign key refers to, a cast.
 */
const NOT_THERE: ReadonlySet<string> = new Set([
  '42P01',
  '42703',
  '42883',
  '42704',
  '3F000',
  '42830',
  '42846',
]);

/** After what was to come, it would take away or change something else. */
const TAKES_AWAY = /^(?:DROP|TRUNCATE|DELETE|UPDATE|ALTER\b.*\b(?:DROP|RENAME)\b)/is;

/** Whether a statement that failed may pass after the others. */
export function canWait({ text }: ScriptStatement, { sqlstate }: ServerFailure): boolean {
  return NOT_THERE.has(sqlstate ?? '') && !TAKES_AWAY.test(text);
}

/**
 * Statements that create a schema or an extension where there is none, and that another file
 * creates unasked: that one has to come first, or it would fail.
 */
export function findProvided(statements: readonly ScriptStatement[]): ReadonlySet<ScriptStatement> {
  const creating = statements.flatMap((statement) => {
    if (!/^CREATE\s+(?:SCHEMA|EXTENSION)\b/i.test(statement.text)) return [];
    const created = createdObject(statement.text);
    return created === undefined ? [] : [{ statement, created }];
  });
  const unasked = new Map(
    creating
      .filter(({ created }) => !created.isConditional)
      .map(({ statement, created }) => [created.id, statement.file]),
  );
  return new Set(
    creating.flatMap(({ statement, created }) => {
      const file = created.isConditional ? unasked.get(created.id) : undefined;
      return file === undefined || file === statement.file ? [] : [statement];
    }),
  );
}
