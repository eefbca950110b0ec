// Extras for privileges and forced row-level security.

import type { PgColumn } from 'drizzle-orm/pg-core';
import { invalidModel } from '../model-problem.js';
import { listNames } from '../names.js';
import { type RoleNames, rolesIn, writeRoles } from '../role-name.js';
import { asExtra, type Extra } from './extra.js';
import type { Target } from './target.js';

export type Privilege =
  | 'ALL'
  | 'SELECT'
  | 'INSERT'
  | 'UPDATE'
  | 'DELETE'
  | 'TRUNCATE'
  | 'REFERENCES'
  | 'TRIGGER'
  | 'MAINTAIN'
  | 'USAGE'
  | 'CREATE'
  | 'EXECUTE';

export interface GrantOptions {
  readonly to: RoleNames;
  /** For these columns only. */
  readonly columns?: readonly PgColumn[];
  readonly withGrantOption?: boolean;
}

export interface RevokeOptions {
  readonly from: RoleNames;
  readonly columns?: readonly PgColumn[];
}

/**
 * GRANT on what it is attached to.
 *
 * @example grant(['SELECT', 'INSERT'], { to: 'app_user' })
 */
export function grant(
  privileges: Privilege | readonly Privilege[],
  { to, columns = [], withGrantOption = false }: GrantOptions,
): Extra {
  const end = withGrantOption ? ' WITH GRANT OPTION' : '';
  return asExtra({
    kind: 'attached',
    what: 'grant',
    roles: rolesIn(to),
    write: (target) => [
      {
        phase: 'privilege',
        sql: `GRANT ${writePrivileges(privileges, columns)} ON ${place(target)} TO ${writeRoles(to)}${end}`,
      },
    ],
  });
}

/** REVOKE on what it is attached to: for what PostgreSQL, or the owner's defaults, grant unasked. */
export function revoke(
  privileges: Privilege | readonly Privilege[],
  { from, columns = [] }: RevokeOptions,
): Extra {
  return asExtra({
    kind: 'attached',
    what: 'revoke',
    roles: rolesIn(from),
    write: (target) => [
      {
        phase: 'privilege',
        sql: `REVOKE ${writePrivileges(privileges, columns)} ON ${place(target)} FROM ${writeRoles(from)}`,
      },
    ],
  });
}

/** ENABLE and FORCE ROW LEVEL SECURITY: policies hold for the owner of the table too. */
export function forceRls(): Extra {
  return asExtra({ kind: 'attached', what: 'forceRls', write: writeForcedRls });
}

/** The statements of {@link forceRls}. */
export function writeForcedRls({ sql }: Target) {
  return ['ENABLE', 'FORCE'].map(
    (verb) =>
      ({
        phase: 'row-security',
        sql: `ALTER TABLE ${sql} ${verb} ROW LEVEL SECURITY`,
        shared: true,
      }) as const,
  );
}

function writePrivileges(
  privileges: Privilege | readonly Privilege[],
  columns: readonly PgColumn[],
): string {
  const names = listNames(columns.map(({ name }) => name));
  const listed = typeof privileges === 'string' ? [privileges] : privileges;
  return listed.map((one) => (names === '' ? one : `${one} (${names})`)).join(', ');
}

function place({ word, sql }: Target): string {
  switch (word) {
    case 'TABLE':
    case 'VIEW':
    case 'MATERIALIZED VIEW':
      return `TABLE ${sql}`;
    case 'ROLE':
    case 'EXTENSION':
      throw invalidModel(
        `${sql} is a ${word.toLowerCase()}, which has no privileges to grant`,
        'Attach it to something else; for membership, use memberOf of roleAttributes().',
      );
    default:
      return `${word} ${sql}`;
  }
}
