// What lists by time have in common: newest first, ties broken by id, and the filters of that order.
// It knows no table.

import { desc, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/** Where a row stands in such a list. */
export interface TimePosition {
  readonly createdAt: string;
  readonly id: string;
}

/** What every such list can be asked for with. */
export interface TimeFilters {
  /** At this moment or later. */
  readonly createdAfter: string | undefined;
  readonly createdBefore: string | undefined;
  /** The last row of the page before. */
  readonly after: TimePosition | undefined;
}

/** Where a list finds what it is ordered by. */
export interface TimeColumns {
  readonly createdAt: PgColumn;
  readonly id: PgColumn;
}

/** The conditions of the filters; {@link timeValues} has what their placeholders are given. */
export function timeConditions({
  createdAt,
  id,
}: TimeColumns): Readonly<Record<keyof TimeFilters, SQL>> {
  return {
    createdAfter: sql`${createdAt} >= ${sql.placeholder('createdAfter')}::timestamptz`,
    createdBefore: sql`${createdAt} < ${sql.placeholder('createdBefore')}::timestamptz`,
    after: sql`(${createdAt}, ${id}) < (${sql.placeholder('positionCreatedAt')}::timestamptz, ${sql.placeholder('positionId')}::uuid)`,
  };
}

export function timeValues({ createdAfter, createdBefore, after }: TimeFilters) {
  return {
    createdAfter,
    createdBefore,
    positionCreatedAt: after?.createdAt,
    positionId: after?.id,
  };
}

export function newestFirst({ createdAt, id }: TimeColumns) {
  return [desc(createdAt), desc(id)] as const;
}
