// The extra for functions.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import { checkLength } from '../names.js';
import { asExtra, type Extra } from './extra.js';
import { inSchema } from './target.js';

export interface FunctionOptions {
  readonly schema?: string;
  /** As SQL writes them: `'a integer, b text DEFAULT ''x'''`. Default: none. */
  readonly args?: string;
  /** As SQL writes it: `'integer'`, `'SETOF notes'`, `'TABLE (id uuid)'`, `'trigger'`. */
  readonly returns: string;
  /** Default: sql. */
  readonly language?: string;
  /** Its text, as it is: nothing in it is quoted for SQL. */
  readonly body: string;
  /** Default: VOLATILE. */
  readonly volatility?: 'IMMUTABLE' | 'STABLE' | 'VOLATILE';
  /** Whether it gives NULL for any NULL without being called. Default: false. */
  readonly strict?: boolean;
  /** Whose privileges it has. Default: INVOKER. */
  readonly security?: 'INVOKER' | 'DEFINER';
  /** Default: UNSAFE. */
  readonly parallel?: 'SAFE' | 'RESTRICTED' | 'UNSAFE';
  readonly leakproof?: boolean;
  /** Settings while it runs: `{ search_path: '' }`, `{ search_path: ['public', 'pg_temp'] }`. */
  readonly set?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * CREATE FUNCTION.
 *
 * @example
 * export const fullName = sqlFunction('full_name', {
 *   args: 'first text, last text',
 *   returns: 'text',
 *   volatility: 'IMMUTABLE',
 *   body: `SELECT first || ' ' || last`,
 * });
 */
export function sqlFunction(name: string, options: FunctionOptions): Extra {
  const target = inSchema('FUNCTION', options.schema, name);
  return asExtra({
    kind: 'standing',
    schema: options.schema,
    target,
    write: () => {
      checkLength(name, 'function');
      return [{ phase: 'function', sql: writeFunction(target.sql, options) }];
    },
  });
}

/** CREATE FUNCTION under a name as SQL writes it. */
export function writeFunction(name: string, options: FunctionOptions): string {
  const { args = '', returns, language = 'sql', volatility, strict, security, parallel } = options;
  const words = [
    volatility,
    strict === true ? 'STRICT' : undefined,
    security === undefined ? undefined : `SECURITY ${security}`,
    options.leakproof === true ? 'LEAKPROOF' : undefined,
    parallel === undefined ? undefined : `PARALLEL ${parallel}`,
    ...Object.entries(options.set ?? {}).map(
      ([setting, value]) => `SET ${writeSetting(setting)} TO ${writeValues(value)}`,
    ),
  ].filter((word) => word !== undefined);
  return [
    `CREATE FUNCTION ${name}(${args}) RETURNS ${returns}`,
    [`LANGUAGE ${quoteIdentifier(language)}`, ...words].join(' '),
    `AS ${quoteLiteral(options.body)}`,
  ].join('\n');
}

function writeSetting(setting: string): string {
  return setting.split('.').map(quoteIdentifier).join('.');
}

function writeValues(values: string | readonly string[]): string {
  return typeof values === 'string' ? quoteLiteral(values) : values.map(quoteLiteral).join(', ');
}
