// How the attacks run: planted holes that the prover of isolation has to find, hostile requests to every
// route, and generated ones. They take minutes, and have a run of their own.

import { defineConfig } from 'vitest/config';
import { ON_ONE_SERVER } from './vitest.shared.js';

export const ATTACKS = [
  'plinth/test/isolation*.test.ts',
  'service/test/{hostile,conformance}.test.ts',
];

export default defineConfig({ test: { ...ON_ONE_SERVER, include: ATTACKS } });
