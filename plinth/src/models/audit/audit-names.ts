// The names of what belongs to an audit log: its chains and its functions. It writes none of them.

import { DEFAULT_SCHEMA, qualify } from '../names.js';

export const DEFAULT_AUDIT_LOG = 'audit_log';

/** Names as SQL writes them, with their schema. */
export interface AuditNames {
  readonly log: string;
  /** The table with a row for each chain: where it begins and ends. */
  readonly chains: string;
  /** The hash of a row. */
  readonly hash: string;
  /** Appends a row to a chain. Nobody but the owner may call it. */
  readonly append: string;
  /** Brings the row of a chain up to date where one transaction wrote several rows. */
  readonly advance: string;
  readonly recordRead: string;
  readonly prune: string;
  readonly refuseTruncate: string;
}

/** Name of the table of chains, without a schema: `audit_chains` for `audit_log`. */
export function chainsName(log: string): string {
  return log.endsWith('_log') ? `${log.slice(0, -'_log'.length)}_chains` : `${log}_chains`;
}

export function auditNames(log: string, schema: string | undefined = DEFAULT_SCHEMA): AuditNames {
  const named = (word: string) => qualify(schema, `${log}_${word}`);
  return {
    log: qualify(schema, log),
    chains: qualify(schema, chainsName(log)),
    hash: named('hash'),
    append: named('append'),
    advance: named('advance'),
    recordRead: named('record_read'),
    prune: named('prune'),
    refuseTruncate: named('refuse_truncate'),
  };
}
