// Reads all of a database in one statement: one round trip, however many catalogs there are.

import type { Unmodelled } from '../catalog-object.js';
import type { Kind, KindRow } from '../kind.js';
import { type CatalogReader, readRows } from './catalog-reader.js';
import { COMMENTS, type Comment } from './comments.js';
import { LINKS, type Links, MEMBERS, type Member } from './dependencies.js';
import { databaseFactsQuery, type Made, madeObjectsQuery } from './unmodelled-queries.js';

/** What one of the queries has found. */
type Part =
  | { readonly part: 'kind'; readonly name: string; readonly rows: readonly KindRow[] | null }
  | { readonly part: 'comments'; readonly rows: readonly Comment[] | null }
  | { readonly part: 'members'; readonly rows: readonly Member[] | null }
  | { readonly part: 'links'; readonly rows: readonly Links[] | null }
  | { readonly part: 'facts'; readonly rows: readonly Unmodelled[] | null }
  | { readonly part: 'made'; readonly rows: readonly Made[] | null };

export interface Parts {
  /** By the name of the kind. */
  readonly kinds: ReadonlyMap<string, readonly KindRow[]>;
  readonly comments: readonly Comment[];
  readonly members: readonly Member[];
  readonly links: Links | undefined;
  readonly facts: readonly Unmodelled[];
  readonly made: readonly Made[];
}

/** @throws PlinthError CATALOG_UNREADABLE */
export async function readParts(
  connection: CatalogReader,
  kinds: readonly Kind[],
  serverVersion: number,
): Promise<Parts> {
  const queries = [
    ...kinds.flatMap((kind) => {
      const text = kind.query(serverVersion);
      return text === undefined ? [] : [select('kind', kind.name, text)];
    }),
    select('comments', '', COMMENTS),
    select('members', '', MEMBERS),
    select('links', '', LINKS),
    select('facts', '', databaseFactsQuery(serverVersion)),
    select('made', '', madeObjectsQuery(serverVersion)),
  ];
  return gather(await readRows<Part>(connection, queries.join('\nUNION ALL\n')));
}

/**
 * What a query finds comes as one JSON text, which is read several times faster than a row at a
 * time; and while one is read here, PostgreSQL is at work on the next.
 */
function select(part: Part['part'], name: string, text: string): string {
  return `SELECT '${part}' AS part, '${name}' AS name, json_agg(r) AS rows FROM (${text}) r`;
}

function gather(found: readonly Part[]): Parts {
  const kinds = new Map<string, readonly KindRow[]>();
  let parts: Parts = { kinds, comments: [], members: [], links: undefined, facts: [], made: [] };
  for (const one of found) {
    if (one.part === 'kind') kinds.set(one.name, one.rows ?? []);
    else if (one.part === 'links') parts = { ...parts, links: one.rows?.[0] };
    else parts = { ...parts, [one.part]: one.rows ?? [] };
  }
  return parts;
}
