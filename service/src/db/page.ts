// What a page of a list is asked for with, and cut from.

export interface PageRequest<Position> {
  /** Most rows of the page. */
  readonly limit: number;
  /** The last row of the page before; none for the first page. */
  readonly after: Position | undefined;
  readonly completed: boolean | undefined;
}

export interface Page<Row> {
  readonly rows: Row[];
  readonly hasMore: boolean;
}

/** Cuts a page out of rows that were asked for with one more than the limit. */
export function cutPage<Row>(rows: readonly Row[], limit: number): Page<Row> {
  return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
}

/** The prepared queries of a list. */
export interface ListQueries<Query> {
  readonly list: Query;
  readonly listAfter: Query;
  readonly listCompleted: Query;
  readonly listCompletedAfter: Query;
}

/** The one of them that answers a request. */
export function queryFor<Query>(
  queries: ListQueries<Query>,
  { after, completed }: PageRequest<unknown>,
): Query {
  if (completed === undefined) return after === undefined ? queries.list : queries.listAfter;
  return after === undefined ? queries.listCompleted : queries.listCompletedAfter;
}
