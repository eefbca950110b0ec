// The search for chunks whose vectors are near to one, in the scope of one tenant. A small tenant's
// chunks are all compared; a large one's are found by the index, which finds nearly all of the nearest.

import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Database, Transaction } from 'plinth';
import { vectorText } from '../embedding/unit-vector.js';
import type { DocumentHit } from '../schemas/document-search.js';
import { documentEmbeddings, documents } from './schema.js';

export interface ChunkSearch {
  /** A unit vector. */
  readonly vector: readonly number[];
  /** What made it: only chunks of the same model are compared. */
  readonly embeddingModel: string;
  readonly topK: number;
  /** What the metadata of a chunk have to hold. */
  readonly filter: Readonly<Record<string, unknown>> | undefined;
}

export interface FoundChunk extends Omit<DocumentHit, 'score' | 'snippet'> {
  /** 1 - the cosine: from 0 to 2. */
  readonly distance: number;
  readonly [column: string]: unknown;
}

/**
 * How the index is read. Rows of other tenants, models and metadata are skipped after it gave them,
 * so it goes on (`iterative_scan`) until there are enough, or too many were skipped. Each time it goes
 * on it may find a nearer one than before: `strict_order` would leave that out.
 */
const INDEX_SETTINGS = {
  'hnsw.iterative_scan': 'relaxed_order',
  'hnsw.ef_search': '400',
  'hnsw.max_scan_tuples': '40000',
  'hnsw.scan_mem_multiplier': '8',
  // The order has to come from the index: sorting all chunks is what `searchExactly` does.
  enable_sort: 'off',
  // That makes the plan look dear, and a server with JIT compiles a dear plan at each search.
  jit: 'off',
} as const;

/** The index is asked for more than is wanted, because what it gives first need not be the nearest. */
const CANDIDATES = 8;

/**
 * The nearest chunks, the nearest first; ties in the order of document and chunk.
 *
 * @param exactUpTo A tenant with more chunks is searched by the index. Where that finds fewer than
 *   were asked for, all are compared: so there are fewer only where there are no more.
 */
export async function searchChunks(
  db: Database,
  search: ChunkSearch,
  exactUpTo: number,
): Promise<readonly FoundChunk[]> {
  if (!(await hasMoreChunksThan(db, exactUpTo))) return await searchExactly(db, search);
  const found = await db.transaction((tx) => searchByIndex(tx, search), { readOnly: true });
  return found.length < search.topK ? await searchExactly(db, search) : found;
}

async function hasMoreChunksThan(db: Database, count: number): Promise<boolean> {
  const { rows } = await db.execute(sql`SELECT FROM ${documentEmbeddings} OFFSET ${count} LIMIT 1`);
  return rows.length > 0;
}

/** Compares all chunks. */
export async function searchExactly(
  db: Pick<Database, 'execute'>,
  search: ChunkSearch,
): Promise<readonly FoundChunk[]> {
  const { rows } = await db.execute<FoundChunk>(exactStatement(search));
  return rows;
}

/** @param tx Its settings hold until its end. */
export async function searchByIndex(
  tx: Pick<Transaction, 'execute'>,
  search: ChunkSearch,
): Promise<readonly FoundChunk[]> {
  await tx.execute(useIndex());
  const { rows } = await tx.execute<FoundChunk>(indexStatement(search));
  return rows;
}

/** Sets how the index is read, for one transaction. */
export function useIndex(): SQL {
  const calls = Object.entries(INDEX_SETTINGS).map(
    ([name, value]) => sql`set_config(${name}, ${value}, true)`,
  );
  return sql`SELECT ${sql.join(calls, sql`, `)}`;
}

/** In an order that the index does not have: `+ 0` makes another expression of it. */
export function exactStatement(search: ChunkSearch): SQL {
  const { distance, nearest } = termsOf(search);
  const { topK } = search;
  return withDocuments(
    sql`${nearest} ORDER BY ${distance} + 0, document_id, chunk_number LIMIT ${topK}`,
    topK,
  );
}

export function indexStatement(search: ChunkSearch): SQL {
  const { distance, nearest } = termsOf(search);
  const { topK } = search;
  return withDocuments(sql`${nearest} ORDER BY ${distance} LIMIT ${CANDIDATES * topK}`, topK);
}

function termsOf({ vector, embeddingModel, filter }: ChunkSearch) {
  const distance = sql`(${documentEmbeddings.embedding} <=> ${vectorText(vector)}::vector)`;
  const condition = and(
    eq(documentEmbeddings.embeddingModel, embeddingModel),
    filter && sql`${documentEmbeddings.metadata} @> ${JSON.stringify(filter)}::jsonb`,
  );
  const nearest = sql`
    SELECT document_id, chunk_number, content, metadata, ${distance} AS distance
      FROM ${documentEmbeddings} WHERE ${condition}`;
  return { distance, nearest };
}

function withDocuments(nearest: SQL, topK: number): SQL {
  return sql`
    WITH nearest AS MATERIALIZED (${nearest})
    SELECT nearest.document_id, ${documents.title}, nearest.chunk_number, nearest.content AS text,
           nearest.metadata, nearest.distance
      FROM nearest JOIN ${documents} ON ${documents.id} = nearest.document_id
     ORDER BY nearest.distance, nearest.document_id, nearest.chunk_number
     LIMIT ${topK}`;
}
