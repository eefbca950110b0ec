// The queries on documents and their chunks, in the scope of one tenant. They know nothing of HTTP,
// and make no vectors.

import { eq, sql } from 'drizzle-orm';
import type { Database, Transaction } from 'plinth';
import { vectorText } from '../embedding/unit-vector.js';
import { toRfc3339 } from '../rfc3339.js';
import type { Document, DocumentSummary } from '../schemas/document.js';
import { filteredList } from './filtered-list.js';
import { newestFirst, type TimeFilters, timeConditions, timeValues } from './newest-first.js';
import { cutPage, type Page } from './page.js';
import { perDatabase } from './per-database.js';
import { documentEmbeddings, documents } from './schema.js';

export interface Chunk {
  readonly text: string;
  /** A unit vector. */
  readonly embedding: readonly number[];
}

/** A document with its chunks, ready to be kept. */
export interface EmbeddedDocument {
  readonly title: string;
  readonly text: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly embeddingModel: string;
  readonly chunks: readonly Chunk[];
}

const SUMMARY = {
  id: documents.id,
  tenant_id: documents.tenantId,
  title: documents.title,
  metadata: sql<Document['metadata']>`${documents.metadata}`,
  embedding_model: documents.embeddingModel,
  chunk_count: documents.chunkCount,
  created_at: documents.createdAt,
};

const COLUMNS = { ...SUMMARY, text: documents.content };

const listQuery = filteredList({
  name: 'documents_list',
  conditions: timeConditions(documents),
  order: newestFirst(documents),
  prepare: (db, { name, where, orderBy }) =>
    db
      .select(SUMMARY)
      .from(documents)
      .where(where)
      .orderBy(...orderBy)
      .prepare(name),
});

const prepared = perDatabase((db) => ({
  find: db
    .select(COLUMNS)
    .from(documents)
    .where(eq(documents.id, sql.placeholder('id')))
    .prepare('documents_find'),
}));

/**
 * Keeps a document and all its chunks.
 *
 * @param tx A transaction in the scope of the tenant.
 */
export async function insertDocument(
  tx: Pick<Transaction, 'insert' | 'execute'>,
  tenant: string,
  { title, text, metadata, embeddingModel, chunks }: EmbeddedDocument,
): Promise<Document> {
  const [row] = await tx
    .insert(documents)
    .values({
      tenantId: tenant,
      title,
      content: text,
      metadata,
      embeddingModel,
      chunkCount: chunks.length,
    })
    .returning(COLUMNS);
  if (row === undefined) throw new Error('INSERT … RETURNING gave no row');
  const texts = sql.param(chunks.map((chunk) => chunk.text));
  const vectors = sql.param(chunks.map(({ embedding }) => vectorText(embedding)));
  // Two lists, so that the statement is the same however many chunks there are.
  await tx.execute(sql`
    INSERT INTO ${documentEmbeddings}
        (tenant_id, document_id, chunk_number, content, metadata, embedding_model, embedding)
      SELECT ${tenant}, ${row.id}::uuid, number - 1, content, ${JSON.stringify(metadata)}::jsonb,
             ${embeddingModel}, embedding::vector
        FROM unnest(${texts}::text[], ${vectors}::text[])
             WITH ORDINALITY AS chunk (content, embedding, number)`);
  return toDocument(row);
}

export async function findDocument(db: Database, id: string): Promise<Document | undefined> {
  const [row] = await db.run(prepared(db).find, { id });
  return row && toDocument(row);
}

/** Reads it as {@link findDocument} does, and keeps others from deleting it. */
export async function lockDocument(
  tx: Pick<Transaction, 'select'>,
  id: string,
): Promise<Document | undefined> {
  const [row] = await tx.select(COLUMNS).from(documents).where(eq(documents.id, id)).for('update');
  return row && toDocument(row);
}

/** Newest first, without their texts. */
export async function listDocuments(
  db: Database,
  limit: number,
  filters: TimeFilters,
): Promise<Page<DocumentSummary>> {
  const rows = await db.run(listQuery(db, filters, limit), {
    count: limit + 1,
    ...timeValues(filters),
  });
  return cutPage(rows.map(withMoment), limit);
}

/** Takes a document away, and with it its chunks; says whether there was one. */
export async function deleteDocument(
  db: Pick<Transaction, 'delete'>,
  id: string,
): Promise<boolean> {
  const gone = await db
    .delete(documents)
    .where(eq(documents.id, id))
    .returning({ id: documents.id });
  return gone.length > 0;
}

function toDocument(row: Document): Document {
  return withMoment(row);
}

function withMoment<Row extends { readonly created_at: string }>(row: Row): Row {
  return { ...row, created_at: toRfc3339(row.created_at) };
}
