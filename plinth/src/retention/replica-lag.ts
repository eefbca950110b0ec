// How far physical replicas are behind, as far as the role may see it. It changes nothing.

import type { Engine } from '../engine/index.js';

export type ReplicaLag =
  | { readonly kind: 'known'; readonly seconds: number; readonly bytes: number }
  /** There are some, and the role may not see how they stand. */
  | { readonly kind: 'hidden' };

// Logical ones read the log of changes at their own time: a slot keeps it for them.
const LAG = `
  SELECT count(*)::integer AS replicas, count(state)::integer AS seen,
         coalesce(max(extract(epoch FROM replay_lag)), 0)::double precision AS seconds,
         coalesce(max(pg_wal_lsn_diff(
           CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END,
           replay_lsn)), 0)::double precision AS bytes
    FROM pg_stat_replication
   WHERE (state IS NULL OR state IN ('streaming', 'catchup'))
     AND pid NOT IN (SELECT active_pid FROM pg_replication_slots
                      WHERE slot_type = 'logical' AND active_pid IS NOT NULL)`;

/** The worst of all replicas; nothing behind where there are none. */
export async function readReplicaLag(engine: Engine): Promise<ReplicaLag> {
  if (engine.kind === 'embedded') return { kind: 'known', seconds: 0, bytes: 0 };
  const { rows } = await engine.query<Row>(LAG);
  const [row] = rows;
  if (row === undefined || row.replicas === 0) return { kind: 'known', seconds: 0, bytes: 0 };
  if (row.seen < row.replicas) return { kind: 'hidden' };
  return { kind: 'known', seconds: row.seconds, bytes: row.bytes };
}

type Row = {
  readonly replicas: number;
  readonly seen: number;
  readonly seconds: number;
  readonly bytes: number;
};
