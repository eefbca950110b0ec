// The settings a routine runs under (SET … in its definition), as SQL writes them.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';

/** Settings whose values are lists of names, each quoted by itself. Source: pg_dump. */
const LISTS: ReadonlySet<string> = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

/** PostgreSQL cuts a longer identifier off. */
const LONGEST_IDENTIFIER = 63;

/** `SET search_path = public, pg_temp`, from `search_path=public, pg_temp`. */
export function settingClause(setting: string): string {
  const [name, value] = splitSetting(setting);
  const written = LISTS.has(name) ? splitList(value).map(listItem).join(', ') : single(value);
  return `SET ${settingName(name)} = ${written}`;
}

/**
 * The actions of ALTER FUNCTION that turn one list of settings into the other; `undefined` where
 * they would end in another order.
 */
export function settingActions(
  before: readonly string[],
  after: readonly string[],
): readonly string[] | undefined {
  const wanted = new Map(after.map(splitSetting));
  const kept = before.map(splitSetting).filter(([name]) => wanted.has(name));
  const had = new Map(kept);
  const order = [...had.keys(), ...[...wanted.keys()].filter((name) => !had.has(name))];
  if (order.join('\n') !== [...wanted.keys()].join('\n')) return undefined;
  const gone = before.map(splitSetting).filter(([name]) => !wanted.has(name));
  const changed = after.filter((setting) => !before.includes(setting));
  return [...gone.map(([name]) => `RESET ${settingName(name)}`), ...changed.map(settingClause)];
}

function splitSetting(setting: string): readonly [string, string] {
  const at = setting.indexOf('=');
  return [setting.slice(0, at), setting.slice(at + 1)];
}

/** PostgreSQL knows its own settings in any case; one with a dot is a stranger's. */
function settingName(name: string): string {
  if (!name.includes('.')) return quoteIdentifier(name.toLowerCase());
  return name.split('.').map(quoteIdentifier).join('.');
}

function splitList(value: string): readonly string[] {
  const items = [...value.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,"\s][^,]*?))\s*(?:,|$)/g)];
  if (items.length === 0) return [''];
  return items.map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '');
}

function listItem(item: string): string {
  const isIdentifier = item !== '' && Buffer.byteLength(item) <= LONGEST_IDENTIFIER;
  return isIdentifier ? quoteIdentifier(item) : quoteLiteral(item);
}

function single(value: string): string {
  return /^(?:on|off|true|false|0|[1-9]\d{0,8})$/.test(value) ? value : quoteLiteral(value);
}
