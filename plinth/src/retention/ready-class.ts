// A class as this very database has it: its table and columns are there, and the moment is known that
// rows must be older than. It reads no row.

import type { Engine } from '../engine/index.js';
import { quoteIdentifier, splitIdentifiers } from '../sql/index.js';
import { invalidClass, type RetentionClass } from './retention-class.js';

export interface ReadyClass {
  readonly its: RetentionClass;
  /** Rows before it are due: ISO 8601 in UTC, with microseconds, by the clock of the database. */
  readonly cutOff: string;
}

/** A moment as text that every session reads the same, whatever its settings are. */
export const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"';

/**
 * Looks every class up, and fixes its moment for all that follows.
 *
 * @throws PlinthError RETENTION_CLASS_INVALID where a table or a column is missing or of another kind,
 *   and where policies would hide rows of a class that names no column of tenants.
 */
export async function prepareClasses(
  engine: Engine,
  classes: readonly RetentionClass[],
): Promise<readonly ReadyClass[]> {
  const ready: ReadyClass[] = [];
  for (const its of classes) {
    const found = await lookUp(engine, its);
    checkTable(its, found);
    ready.push({ its, cutOff: found.cutOff });
  }
  return ready;
}

type Found = {
  readonly cutOff: string;
  readonly kind: string | null;
  readonly hides: boolean | null;
  /** The type of the column that the age is counted from. */
  readonly type: string | null;
  readonly hasTenant: boolean;
};

async function lookUp(engine: Engine, its: RetentionClass): Promise<Found> {
  const { table, column, keep, tenant } = its;
  const { rows } = await engine.query<Found>(
    `SELECT to_char((now() - $4::interval) AT TIME ZONE 'UTC', $5) AS "cutOff",
            found.relkind::text AS kind, row_security_active(found.oid) AS hides,
            (SELECT format_type(atttypid, NULL) FROM pg_attribute
              WHERE attrelid = found.oid AND attname = $2 AND attnum > 0 AND NOT attisdropped) AS type,
            EXISTS (SELECT FROM pg_attribute
              WHERE attrelid = found.oid AND attname = $3 AND attnum > 0 AND NOT attisdropped) AS "hasTenant"
       FROM (VALUES (to_regclass($1))) AS named (id)
       LEFT JOIN pg_class AS found ON found.oid = named.id`,
    [quoteName(table), column, tenant ?? '', keep, ISO],
  );
  const [found] = rows;
  if (found === undefined) throw new Error('a query of one row gave none');
  return found;
}

function checkTable(its: RetentionClass, { kind, type, hides, hasTenant }: Found): void {
  const { name, table, column, tenant } = its;
  if (kind !== 'r' && kind !== 'p') {
    const problem = kind === null ? 'and there is none' : 'and that is no table';
    throw invalidClass(name, `names the table ${table}, ${problem}`, 'Correct its table.');
  }
  if (type !== 'timestamp with time zone') {
    const is = type === null ? 'is missing' : `is ${type}`;
    throw invalidClass(
      name,
      `counts from ${table}.${column}, which ${is}`,
      'Name a column of the type timestamp with time zone.',
    );
  }
  if (tenant !== undefined && !hasTenant) {
    throw invalidClass(name, `names ${table}.${tenant}, which is missing`, 'Correct its tenant.');
  }
  if (tenant === undefined && hides === true) {
    throw invalidClass(
      name,
      `goes through no tenants, and policies hide rows of ${table} from this role`,
      "Name the column that says whose a row is: tenant: 'tenant_id'.",
    );
  }
}

/** `app.Notes` as `app."Notes"`: names are taken as they are, never folded. */
export function quoteName(name: string): string {
  return splitIdentifiers(name).map(quoteIdentifier).join('.');
}
