// A row that a proof has put into a table. Plain data.

/** Which of the two tenants: 0 or 1. */
export type TenantIndex = 0 | 1;

export const BOTH: readonly TenantIndex[] = [0, 1];

export function other(tenant: TenantIndex): TenantIndex {
  return tenant === 0 ? 1 : 0;
}

export interface FilledRow {
  /** Whose it is; `undefined` for nobody's. */
  readonly tenant: TenantIndex | undefined;
  /** What PostgreSQL says is in it, as text, by column. */
  readonly cells: ReadonlyMap<string, string | null>;
  /** Texts in it that are found nowhere else. */
  readonly telling: readonly string[];
  /** Where it is: its table's oid and its ctid. */
  readonly place: { readonly table: string; readonly ctid: string };
  /** What every column was given, as SQL. */
  readonly given: ReadonlyMap<string, string>;
}
