// The extra for extensions.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import { asExtra, type Extra } from './extra.js';
import { alone } from './target.js';

export interface ExtensionOptions {
  /** Where its objects go. Default: where the extension says, or `public`. */
  readonly schema?: string;
  readonly version?: string;
  /** Whether extensions it needs are created too. Default: false. */
  readonly cascade?: boolean;
}

/** CREATE EXTENSION IF NOT EXISTS. */
export function extension(name: string, options: ExtensionOptions = {}): Extra {
  const { schema, version, cascade } = options;
  const words = [
    `CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(name)}`,
    ...(schema === undefined ? [] : [`SCHEMA ${quoteIdentifier(schema)}`]),
    ...(version === undefined ? [] : [`VERSION ${quoteLiteral(version)}`]),
    ...(cascade === true ? ['CASCADE'] : []),
  ];
  return asExtra({
    kind: 'standing',
    schema,
    target: alone('EXTENSION', name),
    write: () => [{ phase: 'extension', sql: words.join(' '), shared: true }],
  });
}
