// Reads from the text of a statement what it creates. It knows no search_path: a name without a
// schema is taken for one of public.

import { isSignificant, type SqlToken, tokenize, unquoteIdentifier } from '../sql/index.js';

export interface CreatedObject {
  /** Of whose names it takes one: `relation`, `type`, `role` … */
  readonly space: string;
  /** With its schema, where it is in one. */
  readonly name: string;
  /** The same for two statements that cannot both be run: `relation public.users`. */
  readonly id: string;
  /** IF NOT EXISTS, or OR REPLACE. */
  readonly isConditional: boolean;
}

/** What kinds of objects take each other's names. */
const SPACES: Readonly<Record<string, string>> = {
  table: 'relation',
  view: 'relation',
  sequence: 'relation',
  index: 'relation',
  type: 'type',
  domain: 'type',
  function: 'function',
  procedure: 'function',
  schema: 'schema',
  extension: 'extension',
  role: 'role',
  user: 'role',
  group: 'role',
};

/** Whose names are in no schema. */
const ALONE: ReadonlySet<string> = new Set(['schema', 'extension', 'role']);

/** Words that may stand before the kind. */
const BEFORE: ReadonlySet<string> = new Set([
  'or',
  'replace',
  'global',
  'local',
  'temporary',
  'temp',
  'unlogged',
  'foreign',
  'materialized',
  'recursive',
  'unique',
]);

const ENOUGH = 600;

/** What a CREATE creates, where it is one of the kinds that have a name of their own. */
export function createdObject(statement: string): CreatedObject | undefined {
  if (!/^create\b/i.test(statement)) return undefined;
  const [, ...rest] = tokenize(statement.slice(0, ENOUGH)).filter(isSignificant);
  const at = rest.findIndex((token) => !BEFORE.has(wordOf(token) ?? ''));
  const space = SPACES[wordOf(rest[at]) ?? ''];
  if (space === undefined) return undefined;
  if (isUserMapping(rest.slice(at))) return undefined;
  const named = rest.slice(at + 1).filter((token) => wordOf(token) !== 'concurrently');
  const isWhereNone = ['if', 'not', 'exists'].every((word, index) => wordOf(named[index]) === word);
  const name = nameOf(named.slice(isWhereNone ? 3 : 0), ALONE.has(space));
  if (name === undefined) return undefined;
  const isReplacing = wordOf(rest[0]) === 'or';
  return { space, name, id: `${space} ${name}`, isConditional: isWhereNone || isReplacing };
}

/** `CREATE USER MAPPING FOR`, which begins like a user of that name. */
function isUserMapping([, name, next]: readonly SqlToken[]): boolean {
  const word = wordOf(next);
  return wordOf(name) === 'mapping' && (word === 'for' || word === 'if');
}

function nameOf(tokens: readonly SqlToken[], isAlone: boolean): string | undefined {
  const [first, dot, second] = tokens;
  const name = partOf(first);
  if (name === undefined || isAlone) return name;
  return dot?.text === '.' ? `${name}.${partOf(second) ?? ''}` : `public.${name}`;
}

function partOf(token: SqlToken | undefined): string | undefined {
  return token?.kind === 'quoted-identifier' ? unquoteIdentifier(token.text) : wordOf(token);
}

function wordOf(token: SqlToken | undefined): string | undefined {
  return token?.kind === 'word' ? token.text.toLowerCase() : undefined;
}
