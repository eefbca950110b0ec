// The search of documents: how many of the ten nearest the index finds, and what both ways cost, on
// the embedded database, through the service's own functions and row-level security.

import { fileURLToPath } from 'node:url';
import { connect, type Database } from 'plinth';
import { loadRevisions, upgrade } from 'plinth/migrate';
import {
  type ChunkSearch,
  type FoundChunk,
  searchChunks,
} from '../service/src/db/document-search.js';
import { insertDocument } from '../service/src/db/documents.js';
import { hashingEmbedder } from '../service/src/embedding/hashing-embedder.js';
import { toUnitVector } from '../service/src/embedding/unit-vector.js';
import { EMBEDDING_DIMENSIONS } from '../service/src/limits.js';
import { randomNumbers } from '../test/support/random-numbers.js';
import { judge, median } from './support/measure.js';

const REVISIONS = fileURLToPath(new URL('../service/revisions', import.meta.url));
const SEED = Number(process.env.PLINTH_BENCH_SEED ?? 1);
const ROWS = 20_000;
const OF_A_DOCUMENT = 200;
const QUERIES = 200;
const TOP_K = 10;
const CLUSTERS = 200;
/** How far the vectors of a cluster are from its middle, beside the middles from each other. */
const SPREAD = 0.6;
const MODEL = 'bench';

/** A search that is always exact, and one that never is. */
const EXACT = Number.MAX_SAFE_INTEGER;
const BY_INDEX = 0;

interface Corpus {
  readonly name: string;
  readonly chunks: readonly Chunk[];
  readonly queries: readonly (readonly number[])[];
}

interface Chunk {
  readonly text: string;
  readonly embedding: readonly number[];
}

export default async function run(): Promise<void> {
  console.log(`seed ${SEED}; PLINTH_BENCH_SEED chooses another`);
  for (const corpus of [clusters(), await texts()]) {
    await using db = await openFilled(corpus);
    console.log(`${corpus.name}, ${ROWS} vectors of ${EMBEDDING_DIMENSIONS} dimensions`);
    await compare(db, 'one tenant with 99 %', ['large'], corpus);
    await compare(db, 'one tenant with 1 %', ['small'], corpus);
    await spread(db);
    await compare(db, '100 tenants with 1 % each', tenants(100), corpus);
  }
}

const tenants = (count: number) => Array.from({ length: count }, (_, at) => `tenant ${at}`);

async function openFilled({ chunks }: Corpus): Promise<Database> {
  const db = await connect({
    url: 'pglite://memory',
    embeddedExtensions: ['vector'],
    tenantRole: 'app_user',
  });
  await upgrade(db, 'head', { revisions: await loadRevisions(REVISIONS) });
  await rebuildIndex(db, async () => {
    for (let start = 0; start < ROWS; start += OF_A_DOCUMENT) {
      const tenant = start === 0 ? 'small' : 'large';
      const document = {
        title: `document ${start / OF_A_DOCUMENT}`,
        text: null,
        metadata: {},
        embeddingModel: MODEL,
        chunks: chunks.slice(start, start + OF_A_DOCUMENT),
      };
      await db.tenant(tenant).transaction((tx) => insertDocument(tx, tenant, document));
    }
  });
  return db;
}

/** Gives each of 100 tenants one document. */
async function spread(db: Database): Promise<void> {
  await rebuildIndex(db, async () => {
    await db.engine.query(`
      ALTER TABLE document_embeddings DROP CONSTRAINT document_embeddings_document_fkey;
      UPDATE documents SET tenant_id = 'tenant ' || split_part(title, ' ', 2);
      UPDATE document_embeddings e SET tenant_id = d.tenant_id FROM documents d WHERE d.id = document_id;`);
  });
}

async function rebuildIndex(db: Database, work: () => Promise<void>): Promise<void> {
  const { rows } = await db.engine.query<{ definition: string }>(
    `SELECT pg_get_indexdef('idx_document_embeddings_embedding'::regclass) AS definition`,
  );
  await db.engine.query('DROP INDEX idx_document_embeddings_embedding');
  await work();
  const start = performance.now();
  await db.engine.query(`SET maintenance_work_mem = '256MB'`);
  await db.engine.query(rows[0]?.definition ?? '');
  console.log(`  index built in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  await db.engine.query('VACUUM ANALYZE document_embeddings');
}

interface Timed {
  readonly found: readonly FoundChunk[];
  readonly ms: number;
}

/** Every query both ways, in turns. */
async function compare(db: Database, name: string, names: readonly string[], corpus: Corpus) {
  const exact: Timed[] = [];
  const indexed: Timed[] = [];
  for (const [at, vector] of corpus.queries.entries()) {
    const scope = db.tenant(names[at % names.length] ?? '');
    const search = { vector, embeddingModel: MODEL, topK: TOP_K, filter: undefined };
    exact.push(await time(scope, search, EXACT));
    indexed.push(await time(scope, search, BY_INDEX));
  }
  const recalls = exact.map(({ found }, at) => recall(found, indexed[at]?.found ?? []));
  const least = Math.min(...indexed.map(({ found }) => found.length));
  console.log(`  ${name}: exact ${told(exact)}, by the index ${told(indexed)}`);
  judge(`recall@${TOP_K} of ${QUERIES} searches`, mean(recalls), { atLeast: 0.95 });
  judge('fewest hits of a search', least, { atLeast: TOP_K });
}

async function time(db: Database, search: ChunkSearch, exactUpTo: number): Promise<Timed> {
  const start = performance.now();
  const found = await searchChunks(db, search, exactUpTo);
  return { found, ms: performance.now() - start };
}

/** The share of the nearest that was found; what is as near as the last of them counts, too. */
function recall(exact: readonly FoundChunk[], found: readonly FoundChunk[]): number {
  const limit = exact.at(-1)?.distance ?? 0;
  return found.filter(({ distance }) => distance <= limit + 1e-9).length / exact.length;
}

function told(timed: readonly Timed[]): string {
  const times = timed.map(({ ms }) => ms);
  const late = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN;
  return `${median(times).toFixed(1)} ms (p95 ${late.toFixed(1)})`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Vectors around some middles, as those of a model lie around its subjects. */
function clusters(): Corpus {
  const random = randomNumbers(SEED);
  const middles = Array.from({ length: CLUSTERS }, () => directions(random));
  const near = () => {
    const middle = middles[Math.floor(random() * CLUSTERS)] ?? [];
    const away = directions(random);
    return unit(middle.map((value, place) => value + SPREAD * (away[place] ?? 0)));
  };
  const chunks = Array.from({ length: ROWS }, (_, at) => ({
    text: `chunk ${at}`,
    embedding: near(),
  }));
  return { name: 'clusters', chunks, queries: Array.from({ length: QUERIES }, near) };
}

/** Numbers of a normal distribution (Box and Muller). */
function directions(random: () => number): readonly number[] {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return unit(Array.from({ length: EMBEDDING_DIMENSIONS }, normal));
}

/** Texts of made-up words about some subjects, and the vectors that the offline embedder has for them. */
async function texts(): Promise<Corpus> {
  const random = randomNumbers(SEED + 1);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() ** 2 * items.length)];
  const syllables = ['ka', 'lo', 'mi', 'ter', 'sen', 'vor', 'dal', 'u', 'pri', 'gon', 'est', 'han'];
  const word = () =>
    Array.from({ length: 2 + Math.floor(random() * 3) }, () => pick(syllables)).join('');
  const common = Array.from({ length: 300 }, word);
  const subjects = Array.from({ length: CLUSTERS }, () => Array.from({ length: 40 }, word));
  const write = (length: number) => {
    const subject = subjects[Math.floor(random() * CLUSTERS)] ?? [];
    return Array.from({ length }, () => pick(random() < 0.5 ? subject : common)).join(' ');
  };
  const written = Array.from({ length: ROWS }, () => write(60));
  const vectors = await hashingEmbedder.embed(written);
  const chunks = written.map((text, at) => ({ text, embedding: vectors[at] ?? [] }));
  const asked = Array.from({ length: QUERIES }, () => write(8));
  return { name: 'texts, hashed', chunks, queries: await hashingEmbedder.embed(asked) };
}

function unit(vector: readonly number[]): readonly number[] {
  return toUnitVector(vector) ?? directions(randomNumbers(SEED));
}
