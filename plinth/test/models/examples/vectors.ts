// Examples of columns and indexes of pgvector. They need the extension.

import { bit, halfvec, index, pgTable, serial, sparsevec, vector } from 'drizzle-orm/pg-core';
import { extension } from '../../../src/models/index.js';
import type { Examples } from './example.js';

const vectorExtension = extension('vector');

export const vectors: Examples = {
  vector: {
    models: {
      vectorExtension,
      t: pgTable('items', {
        id: serial().primaryKey(),
        embedding: vector({ dimensions: 3 }).default([1, 2, 3]),
      }),
    },
  },
  'half, sparse and binary vectors': {
    models: {
      vectorExtension,
      t: pgTable('items_2', {
        half: halfvec({ dimensions: 4 }).default([0.5, 1, 1.5, 2]),
        sparse: sparsevec({ dimensions: 5 }).default('{1:1,3:2}/5'),
        bits: bit({ dimensions: 3 }).default('101'),
      }),
    },
  },
  'indexes by distance': {
    models: {
      vectorExtension,
      t: pgTable('items_3', { embedding: vector({ dimensions: 3 }) }, (t) => [
        index('l2_index').using('hnsw', t.embedding.op('vector_l2_ops')),
        index('ip_index').using('hnsw', t.embedding.op('vector_ip_ops')),
        index('cosine_index').using('hnsw', t.embedding.op('vector_cosine_ops')).with({ m: 8 }),
      ]),
    },
  },
  'indexes by other distances': {
    models: {
      vectorExtension,
      t: pgTable(
        'items_4',
        { embedding: vector({ dimensions: 3 }), bits: bit({ dimensions: 3 }) },
        (t) => [
          index('l1_index').using('hnsw', t.embedding.op('vector_l1_ops')),
          index('hamming_index').using('hnsw', t.bits.op('bit_hamming_ops')),
          index('jaccard_index').using('hnsw', t.bits.op('bit_jaccard_ops')),
        ],
      ),
    },
  },
};
