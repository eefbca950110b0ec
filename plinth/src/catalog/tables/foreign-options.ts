// Options of foreign data: how they are read, written and changed. The value of an option that
// holds a secret is never read: it stays on its server, and only its name is told.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';

/** Names and values. */
export type ForeignOptions = Readonly<Record<string, string>>;

/** Names that end like this hold what nobody else may know. For PostgreSQL's regular expressions. */
const SECRET =
  '(password|passwd|passcode|passphrase|secret|token|api_?key|access_key|private_key|credentials?)$';

/** SQL for a list of options as a JSON object, without the secret ones. */
export function readOptions(list: string): string {
  return `(SELECT coalesce(json_object_agg(o.option_name, o.option_value
      ORDER BY o.option_name COLLATE "C"), '{}'::json)
    FROM pg_options_to_table(${list}) o WHERE NOT ${isSecret('o.option_name')})`;
}

/** SQL for the names of the secret options of a list as a JSON array. */
export function readSecrets(list: string): string {
  return `(SELECT coalesce(json_agg(o.option_name ORDER BY o.option_name COLLATE "C"), '[]'::json)
    FROM pg_options_to_table(${list}) o WHERE ${isSecret('o.option_name')})`;
}

/** SQL for the condition that the option of this name holds a secret. */
export function isSecret(name: string): string {
  return `${name} ~* '${SECRET}'`;
}

/** `OPTIONS (host 'db', port '5432')`; nothing for no options. */
export function optionsClause(options: ForeignOptions): readonly string[] {
  const written = Object.entries(options).map(([name, value]) => item(name, value));
  return written.length === 0 ? [] : [`OPTIONS (${written.join(', ')})`];
}

/** The same for ALTER: `OPTIONS (SET host 'db2', DROP port)`; nothing where they are equal. */
export function optionsChange(before: ForeignOptions, after: ForeignOptions): readonly string[] {
  const dropped = Object.keys(before)
    .filter((name) => after[name] === undefined)
    .map((name) => `DROP ${quoteIdentifier(name)}`);
  const given = Object.entries(after)
    .filter(([name, value]) => before[name] !== value)
    .map(([name, value]) => `${before[name] === undefined ? 'ADD' : 'SET'} ${item(name, value)}`);
  const actions = [...dropped, ...given];
  return actions.length === 0 ? [] : [`OPTIONS (${actions.join(', ')})`];
}

function item(name: string, value: string): string {
  return `${quoteIdentifier(name)} ${quoteLiteral(value)}`;
}
