// The hash of an audit row, as an SQL expression: one text for the function that rows are written with
// and for the verification that reads them. A change of it makes every row look changed.

/** What a hash is over, each an SQL expression. */
export interface HashedRow {
  /** Hash of the row before: bytea, empty before the first. */
  readonly previousHash: string;
  readonly seq: string;
  readonly transactionRow: string;
  readonly tenant: string;
  readonly occurredAt: string;
  readonly actor: string;
  readonly requestId: string;
  readonly role: string;
  readonly action: string;
  readonly table: string;
  readonly key: string;
  readonly columns: string;
  readonly changes: string;
}

const FORMAT = 'plinth:audit:1';

/**
 * SHA-256 of a JSON list. Nothing in it depends on settings: a time is microseconds since 1970, bytes
 * are hexadecimal digits, and the operator is named with its schema.
 */
export function writeAuditHash(row: HashedRow): string {
  return `pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.json_build_array('${FORMAT}',
  pg_catalog.encode(${row.previousHash}, 'hex'), ${row.seq}, ${row.transactionRow}, ${row.tenant},
  (extract(epoch FROM ${row.occurredAt}) OPERATOR(pg_catalog.*) 1000000)::bigint, ${row.actor}, ${row.requestId},
  ${row.role}, ${row.action}, ${row.table}, ${row.key}, ${row.columns}, ${row.changes})::text, 'UTF8'))`;
}

/** In the order in which rows are written. */
export const HASH_ARGS =
  'previous_hash bytea, seq bigint, transaction_row integer, tenant text, occurred_at timestamp with time zone, actor text, request_id text, role text, action text, table_name text, row_key jsonb, columns text[], changes jsonb';

/** Its body is put in the place of each call, as long as it stays without settings of its own. */
export const HASH_BODY = `SELECT ${writeAuditHash({
  previousHash: '$1',
  seq: '$2',
  transactionRow: '$3',
  tenant: '$4',
  occurredAt: '$5',
  actor: '$6',
  requestId: '$7',
  role: '$8',
  action: '$9',
  table: '$10',
  key: '$11',
  columns: '$12',
  changes: '$13',
})}`;
