// What libpq's target_session_attrs asks of a server, and what a server says of itself.

import type { PooledClient } from './pooled-client.js';

/** libpq's words (PostgreSQL documentation, 32.1.2 "Parameter Key Words"). */
export const TARGET_SESSION_ATTRS = [
  'any',
  'read-write',
  'read-only',
  'primary',
  'standby',
  'prefer-standby',
] as const;

export type TargetSessionAttrs = (typeof TARGET_SESSION_ATTRS)[number];

export interface ServerKind {
  readonly standby: boolean;
  /** Whether its sessions start read-only. */
  readonly readOnly: boolean;
}

/** Why a server is not of the wanted kind; `undefined` when it is. */
export function unwantedBecause(
  wanted: TargetSessionAttrs,
  { standby, readOnly }: ServerKind,
): string | undefined {
  switch (wanted) {
    case 'any':
      return undefined;
    case 'read-write':
      if (standby) return 'it is a standby';
      return readOnly ? 'its sessions are read-only' : undefined;
    case 'read-only':
      return standby || readOnly ? undefined : 'its sessions are read-write';
    case 'primary':
      return standby ? 'it is a standby' : undefined;
    case 'standby':
    case 'prefer-standby':
      return standby ? undefined : 'it is a primary';
  }
}

/** Reads what the server reported with the connection, or asks one that is older than 14. */
export async function readServerKind(client: PooledClient): Promise<ServerKind> {
  const standby = client.reported.get('in_hot_standby');
  const readOnly = client.reported.get('default_transaction_read_only');
  if (standby !== undefined && readOnly !== undefined) {
    return { standby: standby === 'on', readOnly: readOnly === 'on' };
  }
  const { rows } = await client.query<{ standby: boolean; readOnly: boolean }>(
    `SELECT pg_is_in_recovery() AS standby,
            current_setting('default_transaction_read_only')::bool AS "readOnly"`,
  );
  return { standby: rows[0]?.standby === true, readOnly: rows[0]?.readOnly === true };
}
