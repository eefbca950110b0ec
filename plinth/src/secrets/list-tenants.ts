// All tenants whose keys and values are to be looked at. Policies hide them from who asks without a
// scope, so it never takes an empty answer for none.

import { PlinthError } from '../errors/index.js';
import { nameTable, type TenantTable } from '../models/index.js';
import { quoteIdentifier } from '../sql/index.js';
import type { SecretDatabase } from './secret-database.js';

/** Asked without a scope. */
export type TenantLister = Pick<SecretDatabase, 'engine'>;

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
 * @throws PlinthError SECRET_TENANTS_UNKNOWN where a table hides its rows and there is no query, or
 *   it fails.
 */
export async function listTenants(
  db: TenantLister,
  tables: readonly TenantTable[],
  query: string | undefined,
): Promise<TenantList> {
  const looked = await Promise.all(tables.map((table) => readTenants(db, table)));
  const hidden = tables.filter((_, index) => looked[index] === undefined);
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
  { table, tenant }: TenantTable,
): Promise<readonly string[] | undefined> {
  const name = nameTable(table);
  const { rows: asked } = await engine.query<{ hides: boolean }>(
    'SELECT row_security_active($1::text) AS hides',
    [name],
  );
  if (asked[0]?.hides !== false) return undefined;
  const column = quoteIdentifier(tenant.name);
  const { rows } = await engine.query<{ tenant: string }>(
    `SELECT DISTINCT ${column}::text AS tenant FROM ${name}`,
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
      'SECRET_TENANTS_UNKNOWN',
      `the query that lists all tenants failed: ${said}`,
      { hint: 'Correct it, or grant the role what it reads.', cause },
    );
  }
}

function hiddenTenants(tables: readonly TenantTable[]): PlinthError {
  const names = tables.map(({ table }) => nameTable(table)).join(', ');
  return new PlinthError(
    'SECRET_TENANTS_UNKNOWN',
    `policies hide the rows of ${names} from this role, and no query lists all tenants`,
    {
      hint: "Give a query that lists their ids, such as tenants: 'SELECT id FROM tenants'; in plinth.config.ts it belongs to secrets.",
      details: { tables: names },
    },
  );
}
