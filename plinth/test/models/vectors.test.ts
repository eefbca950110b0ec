// Types of extensions: pgvector where the embedded PostgreSQL has it, and the text of what it may
// not have.

import { geometry, index, pgTable } from 'drizzle-orm/pg-core';
import { expect, it } from 'vitest';
import { missingEmbeddedExtensions } from '../../src/engine/index.js';
import { emitModels } from '../../src/models/index.js';
import { openScratch } from '../../src/scratch/index.js';
import { vectors } from './examples/vectors.js';
import { emitExamples, expectRoundTrip } from './round-trip.js';

const examples = Object.entries(vectors);

it('a revision makes all of the models with vectors', async (context) => {
  const [missing] = missingEmbeddedExtensions(['vector']);
  if (missing !== undefined) context.skip('needs @electric-sql/pglite-pgvector');
  await using scratch = openScratch();
  const { objects } = await expectRoundTrip(scratch, emitExamples(examples));
  const types = objects.flatMap(({ kind, definition }) => (kind === 'column' ? [definition] : []));
  expect(JSON.stringify(types)).toContain('halfvec(4)');
});

it('vectors are written with their dimensions, indexes with their operator classes', () => {
  const text = emitExamples(examples)
    .map(({ sql }) => sql)
    .join('\n');
  expect(text).toContain("embedding vector(3) DEFAULT '[1,2,3]'");
  expect(text).toContain("half halfvec(4) DEFAULT '[0.5,1,1.5,2]'");
  expect(text).toContain("sparse sparsevec(5) DEFAULT '{1:1,3:2}/5'");
  expect(text).toContain("bits bit(3) DEFAULT '101'");
  expect(text).toContain("USING hnsw (embedding vector_cosine_ops) WITH (m = '8')");
  expect(text).toContain('USING hnsw (bits bit_jaccard_ops)');
});

it('geometry is written as Drizzle has it', () => {
  const places = pgTable(
    'places',
    {
      tuple: geometry({ type: 'point' }).default([1, 2]),
      xy: geometry({ type: 'point', mode: 'xy', srid: 4000 }),
    },
    (t) => [index('places_tuple').using('gist', t.tuple)],
  );
  const statements = emitModels([{ file: 'models.ts', exports: { places } }]);
  expect(statements.map(({ sql }) => sql)).toEqual([
    "CREATE TABLE public.places (\n    tuple geometry(point) DEFAULT 'point(1 2)',\n    xy geometry(point)\n)",
    'CREATE INDEX places_tuple ON public.places USING gist (tuple)',
  ]);
});
