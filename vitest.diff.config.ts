// How the tests of the diff and of proofs run: a server for the run, and one of the system's for pg_dump
// to judge on. Each test creates, changes and reads back whole databases.

import { defineConfig } from 'vitest/config';
import { ON_ONE_SERVER } from './vitest.shared.js';

/** Revisions, merges and orders of sources that are proved, some of them on several servers. */
export const PROOFS = [
  'plinth/test/{autogenerate-proof,autogenerate-servers,merge-proof,sources-order}.test.ts',
];

export default defineConfig({
  test: { ...ON_ONE_SERVER, include: ['plinth/test/diff/**/*.test.ts', ...PROOFS] },
});
