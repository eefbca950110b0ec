// What a revision is, as plain data. No parsing, no order among revisions.

import type { SqlStatement } from '../sql/index.js';

declare const revisionIdBrand: unique symbol;

/** The id of a revision: letters, digits, `_` and `-`, and none of the words below. */
export type RevisionId = string & { readonly [revisionIdBrand]: true };

/** Words that mean a place in the history, so no revision or branch may be called so. */
export const RESERVED_IDENTIFIERS: readonly string[] = ['head', 'heads', 'base', 'current'];

/** Whether a text can be the id of a revision, or a branch label: both follow the same rule. */
export function isRevisionId(text: string): text is RevisionId {
  return /^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(text) && !RESERVED_IDENTIFIERS.includes(text);
}

/** A statement of a revision. */
export interface RevisionStatement extends SqlStatement {
  /** The comment lines directly above it, without `--`. */
  readonly comments: readonly string[];
}

/** A revision written in SQL. Lines of statements are lines of the file. */
export interface SqlRevisionSource {
  readonly kind: 'sql';
  readonly upgrade: readonly RevisionStatement[];
  readonly downgrade: readonly RevisionStatement[];
}

/** A revision written as a module that exports `upgrade(tx)` and `downgrade(tx)`. */
export interface ModuleRevisionSource {
  readonly kind: 'module';
}

export interface Revision {
  readonly id: RevisionId;
  /** Its parents: none for a base, several for a merge. */
  readonly revises: readonly RevisionId[];
  /** Ids or branch labels that must be applied before it without being its parents. */
  readonly dependsOn: readonly string[];
  readonly branchLabels: readonly string[];
  /** One line. */
  readonly message: string;
  /** Every statement runs outside a transaction. */
  readonly noTransaction: boolean;
  /** Why it cannot be undone; undefined when it can. */
  readonly irreversible: string | undefined;
  /** Of its file, as it was given. */
  readonly path: string;
  /** On which line each header of the file stands, by its name; for errors. */
  readonly headerLines: Readonly<Record<string, number>>;
  /** SHA-256 (hex) of the text, without byte order mark and with LF line ends. */
  readonly checksum: string;
  /**
   * SHA-256 (hex) of what an upgrade runs, a dot, and the same of a downgrade. It stays when only
   * comments, white space, the message or the place in the history change. For a module it is the checksum.
   */
  readonly fingerprint: string;
  readonly source: SqlRevisionSource | ModuleRevisionSource;
}

/** Where a header of a revision stands, as in `revisions/a.sql:2`; for errors. */
export function placeOf({ path, headerLines }: Revision, header: string): string {
  return `${path}:${headerLines[header] ?? 1}`;
}
