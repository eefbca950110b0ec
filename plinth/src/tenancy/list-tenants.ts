// All tenants that some work goes through, one scope after the other. Policies hide them from who asks
// without a scope, so it never takes an empty answer for none.

import type { Engine } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';
import { quoteIdentifier } from '../sql/index.js';

/** Asked without a scope. */
export interface TenantLister {
  readonly engine: Pick<Engine, 'query' | 'queryArrays'>;
}

/** A table whose rows belong to tenants. */
export interface TenantSource {
  /** As SQL writes it: `notes`, `app."Notes"`. */
  readonly table: string;
  /** Name of the column that says whose a row is. */
  readonly column: string;
}

export interface TenantList {
  /** Ids, sorted. */
  readonly tenants: readonly string[];
  /** Of these, those that tables hold and the query does not list, as far as the role sees them. */
  readonly unlisted: readonly string[];
}

/**
 * All tenants: those that the query gives, and those in the tables whose rows the role sees without a
 * scope.
 *
 * @param query Gives the ids in its first column, such as `SELECT id FROM tenants`.
 * @throws PlinthError TENANCY_TENANTS_UNKNOWN where a table hides its rows and there is no query, or
 *   it fails.
 */
export async function listTenants(
  db: TenantLister,
  sources: readonly TenantSource[],
  query: string | undefined,
): Promise<TenantList> {
  const looked = await Promise.all(sources.map((source) => readTenants(db, source)));
  const hidden = sources.filter((_, index) => looked[index] === undefined);
  if (query === undefined && hidden.length > 0) throw hiddenTenants(hidden);
  const seen = looked.flatMap((tenants) => tenants ?? []);
  // After the tables: a tenant that came meanwhile is listed and not seen, and never the other way.
  const listed = query === undefined ? seen : await runQuery(db, query);
  const tenants = [...new Set([...listed, ...seen])].sort();
  const known = new Set(listed);
  return { tenants, unlisted: tenants.filter((tenant) => !known.has(tenant)) };
}

/** The tenants of a table; `undefined` where policies hide some of its rows. */
async function readTenants(
  { engine }: TenantLister,
  { table, column }: TenantSource,
): Promise<readonly string[] | undefined> {
  const { rows: asked } = await engine.query<{ hides: boolean }>(
    'SELECT row_security_active($1::text) AS hides',
    [table],
  );
  if (asked[0]?.hides !== false) return undefined;
  const { rows } = await engine.query<{ tenant: string }>(
    `SELECT DISTINCT ${quoteIdentifier(column)}::text AS tenant FROM ${table}`,
    [],
  );
  return rows.map((row) => row.tenant);
}

async function runQuery({ engine }: TenantLister, text: string): Promise<readonly string[]> {
  try {
    const { rows } = await engine.queryArrays({ text, values: [] });
    return rows.map(([tenant]) => String(tenant));
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new PlinthError(
      'TENANCY_TENANTS_UNKNOWN',
      `the query that lists all tenants failed: ${said}`,
      { hint: 'Correct it, or grant the role what it reads.', cause },
    );
  }
}

function hiddenTenants(sources: readonly TenantSource[]): PlinthError {
  const names = sources.map(({ table }) => table).join(', ');
  return new PlinthError(
    'TENANCY_TENANTS_UNKNOWN',
    `policies hide the rows of ${names} from this role, and no query lists all tenants`,
    {
      hint: "Give a query that lists their ids, such as tenants: 'SELECT id FROM tenants', in plinth.config.ts or as an option.",
      details: { tables: names },
    },
  );
}
