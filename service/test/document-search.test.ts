import { randomUUID } from 'node:crypto';
import type { Database } from 'plinth';
import { beforeAll, describe, expect, it } from 'vitest';
import { describePlan, explain } from '../../test/support/explain.js';
import { randomNumbers } from '../../test/support/random-numbers.js';
import {
  type ChunkSearch,
  exactStatement,
  indexStatement,
  searchByIndex,
  searchChunks,
  searchExactly,
  useIndex,
} from '../src/db/document-search.js';
import { insertDocument } from '../src/db/documents.js';
import { EMBEDDING_DIMENSIONS } from '../src/limits.js';
import { useTenantService, VECTOR_DATABASE } from './support/tenant-service.js';

const INDEX = 'idx_document_embeddings_embedding';
/** One in a hundred chunks of the table is the small tenant's. */
const SMALL = { tenant: 'small', chunks: 8 };
const LARGE = { tenant: 'large', chunks: 712 };
/** Few of its chunks have rare metadata. */
const MIXED = { tenant: 'mixed', rare: 8, common: 72 };
const MODEL = 'test';
const SEED = 4;

const service = useTenantService(VECTOR_DATABASE);

const random = randomNumbers(SEED);

/** Of short numbers, which are read fast; only the angle between vectors counts. */
function randomVector(): readonly number[] {
  return Array.from({ length: EMBEDDING_DIMENSIONS }, () => Math.floor(random() * 19) - 9);
}

async function fill(tenant: string, count: number, kind = 'common'): Promise<void> {
  const chunks = Array.from({ length: count }, (_, at) => ({
    text: `chunk ${at} of ${tenant}`,
    embedding: randomVector(),
  }));
  await service.db.tenant(tenant).transaction((tx) =>
    insertDocument(tx, tenant, {
      title: `All of ${tenant}`,
      text: null,
      metadata: { kind },
      embeddingModel: MODEL,
      chunks,
    }),
  );
}

function searchFor(topK: number, other: Partial<ChunkSearch> = {}): ChunkSearch {
  return { vector: randomVector(), embeddingModel: MODEL, topK, filter: undefined, ...other };
}

/** What was found, and whether the index was asked. */
async function watch(tenant: string, search: ChunkSearch, exactUpTo: number) {
  const texts: string[] = [];
  const listen = ({ text }: { readonly text: string }) => texts.push(text);
  service.db.engine.on('query', listen);
  try {
    const found = await searchChunks(service.db.tenant(tenant), search, exactUpTo);
    const searches = texts.filter((text) => text.includes('<=>'));
    const isExact = (text: string) => text.includes('+ 0');
    return { found, asked: searches.map((text) => (isExact(text) ? 'exact' : 'index')) };
  } finally {
    service.db.engine.off('query', listen);
  }
}

const numbersOf = (found: readonly { readonly chunk_number: number }[]) =>
  found.map(({ chunk_number }) => chunk_number);

beforeAll(async () => {
  const { engine } = service.owner;
  const { rows } = await engine.query<{ definition: string }>(
    `SELECT pg_get_indexdef('${INDEX}'::regclass) AS definition`,
  );
  // To build an index over all rows takes a fraction of the time of adding them one by one.
  await engine.query(`DROP INDEX ${INDEX}`);
  await fill(SMALL.tenant, SMALL.chunks);
  await fill(LARGE.tenant, LARGE.chunks);
  await fill(MIXED.tenant, MIXED.rare, 'rare');
  await fill(MIXED.tenant, MIXED.common);
  await engine.query(rows[0]?.definition ?? '');
  await engine.query('ANALYZE');
}, 120_000);

describe('the search', () => {
  it.each([
    [SMALL.tenant, SMALL.chunks, 'exact'],
    [SMALL.tenant, SMALL.chunks - 1, 'index'],
    [LARGE.tenant, LARGE.chunks, 'exact'],
    [LARGE.tenant, LARGE.chunks - 1, 'index'],
    [SMALL.tenant, 0, 'index'],
    ['nobody', 0, 'exact'],
  ])('of %s with a limit of %i is by %s', async (tenant, exactUpTo, way) => {
    const { found, asked } = await watch(tenant, searchFor(3), exactUpTo);
    expect(asked).toEqual([way]);
    expect(found).toHaveLength(tenant === 'nobody' ? 0 : 3);
  });

  it('finds the same either way, the nearest first, of its tenant alone', async () => {
    for (const { tenant, chunks } of [SMALL, LARGE]) {
      const search = searchFor(6);
      const exact = await watch(tenant, search, chunks);
      const byIndex = await watch(tenant, search, 0);
      expect(byIndex.found).toHaveLength(6);
      for (const { found } of [exact, byIndex]) {
        const distances = found.map(({ distance }) => distance);
        expect(distances).toEqual(distances.toSorted((a, b) => a - b));
        expect(new Set(found.map(({ title }) => title))).toEqual(new Set([`All of ${tenant}`]));
      }
      const exactly = new Set(numbersOf(exact.found));
      expect(
        numbersOf(byIndex.found).filter((number) => exactly.has(number)).length,
      ).toBeGreaterThan(4);
    }
  });

  it('gives as many as there are, however few the index finds', async () => {
    const all = await watch(SMALL.tenant, searchFor(SMALL.chunks), 0);
    expect(numbersOf(all.found).sort((a, b) => a - b)).toEqual(
      Array.from({ length: SMALL.chunks }, (_, at) => at),
    );
    // The index goes on until there are enough: no other way was needed.
    const most = await watch(SMALL.tenant, searchFor(SMALL.chunks - 2), 0);
    expect(most.asked).toEqual(['index']);
    expect(most.found).toHaveLength(SMALL.chunks - 2);
    const more = await watch(SMALL.tenant, searchFor(100), 0);
    expect(more.found).toHaveLength(SMALL.chunks);
    expect(more.asked).toEqual(['index', 'exact']);
    const rare = await watch(MIXED.tenant, searchFor(MIXED.rare, { filter: { kind: 'rare' } }), 0);
    expect(rare.found).toHaveLength(MIXED.rare);
    const none = await watch(MIXED.tenant, searchFor(5, { filter: { kind: 'none' } }), 0);
    expect(none.found).toEqual([]);
    const others = await watch(SMALL.tenant, searchFor(5, { embeddingModel: 'other' }), 0);
    expect(others.found).toEqual([]);
  });

  it('puts ties in the order of document and chunk', async () => {
    const tenant = `ties-${randomUUID()}`;
    const embedding = randomVector();
    const chunks = Array.from({ length: 5 }, (_, at) => ({ text: `${at}`, embedding }));
    const db = service.db.tenant(tenant);
    const ids: string[] = [];
    for (const title of ['a', 'b']) {
      const document = { title, text: null, metadata: {}, embeddingModel: MODEL, chunks };
      const made = await db.transaction((tx) => insertDocument(tx, tenant, document));
      ids.push(made.id);
    }
    const search = searchFor(10, { vector: embedding });
    const expected = ids.sort().flatMap((id) => [0, 1, 2, 3, 4].map((number) => [id, number]));
    for (const exactUpTo of [10, 0]) {
      const { found } = await watch(tenant, search, exactUpTo);
      expect(found.map((chunk) => [chunk.document_id, chunk.chunk_number])).toEqual(expected);
    }
    const some = await searchExactly(db, { ...search, topK: 7 });
    expect(some.map((chunk) => [chunk.document_id, chunk.chunk_number])).toEqual(
      expected.slice(0, 7),
    );
  });
});

describe('as app_user, in a tenant’s scope, PostgreSQL', () => {
  const indexesOf = async (
    db: Pick<Database, 'execute'>,
    statement: ReturnType<typeof useIndex>,
  ) => {
    const plan = await explain(db, statement);
    return { told: describePlan(plan), used: plan.flatMap((node) => node['Index Name'] ?? []) };
  };

  it.each([undefined, { kind: 'common' }])(
    'reads the index in its order, filter %j',
    async (filter) => {
      for (const { tenant } of [SMALL, LARGE]) {
        const { told, used } = await service.db.tenant(tenant).transaction(async (tx) => {
          await tx.execute(useIndex());
          return await indexesOf(tx, indexStatement(searchFor(10, { filter })));
        });
        expect(used, told).toContain(INDEX);
      }
    },
  );

  it('compares all chunks without it', async () => {
    for (const { tenant } of [SMALL, LARGE]) {
      const statement = exactStatement(searchFor(10));
      const { told, used } = await indexesOf(service.db.tenant(tenant), statement);
      expect(used, told).not.toContain(INDEX);
    }
  });

  it('compiles nothing', async () => {
    const jit = await service.db.tenant(SMALL.tenant).transaction(async (tx) => {
      await tx.execute("SELECT set_config('jit', 'on', true)");
      await searchByIndex(tx, searchFor(1));
      return (await tx.execute("SELECT current_setting('jit') AS jit")).rows;
    });
    expect(jit).toEqual([{ jit: 'off' }]);
  });

  it('keeps none of the settings after it', async () => {
    const db = service.db.tenant(SMALL.tenant);
    const settings = async () =>
      await db.execute(
        "SELECT current_setting('enable_sort') AS sort, current_setting('hnsw.iterative_scan') AS scan",
      );
    await db.transaction((tx) => searchByIndex(tx, searchFor(1)));
    expect((await settings()).rows).toEqual([{ sort: 'on', scan: 'off' }]);
  });
});
