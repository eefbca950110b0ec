// The extra for domains.

import { is, SQL } from 'drizzle-orm';
import { quoteIdentifier } from '../../sql/index.js';
import { writeExpression } from '../expression.js';
import { writeLiteral } from '../literal.js';
import { checkLength } from '../names.js';
import { asExtra, type Extra } from './extra.js';
import { inSchema } from './target.js';

export interface DomainOptions {
  readonly schema?: string;
  /** As SQL writes it: `'text'`, `'numeric(10, 2)'`. */
  readonly type: string;
  readonly collate?: string;
  readonly notNull?: boolean;
  readonly default?: SQL | string | number | boolean;
  /** Constraints by their names: `{ email_has_at: sql`VALUE LIKE '%@%'` }`. */
  readonly checks?: Readonly<Record<string, SQL>>;
}

/**
 * CREATE DOMAIN. A column has it through Drizzle's `customType`, whose `dataType` gives its name.
 */
export function domain(name: string, options: DomainOptions): Extra {
  const target = inSchema('DOMAIN', options.schema, name);
  return asExtra({
    kind: 'standing',
    schema: options.schema,
    target,
    write: () => {
      checkLength(name, 'domain');
      return [{ phase: 'type', sql: writeDomain(target.sql, options) }];
    },
  });
}

function writeDomain(name: string, options: DomainOptions): string {
  const { collate, notNull, default: value, checks = {} } = options;
  const given = is(value, SQL) ? `(${writeExpression(value)})` : writeLiteral(value ?? null);
  return [
    `CREATE DOMAIN ${name} AS ${options.type}`,
    ...(collate === undefined ? [] : [`COLLATE ${quoteIdentifier(collate)}`]),
    ...(value === undefined ? [] : [`DEFAULT ${given}`]),
    ...(notNull === true ? ['NOT NULL'] : []),
    ...Object.entries(checks).map(
      ([check, condition]) =>
        `CONSTRAINT ${quoteIdentifier(check)} CHECK (${writeExpression(condition)})`,
    ),
  ].join('\n');
}
