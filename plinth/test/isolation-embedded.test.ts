// The prover on the embedded PostgreSQL, where most projects run it first.

import { describe, expect, it } from 'vitest';
import { type IsolationProof, proveInScratch } from '../src/isolation/index.js';
import { openScratch } from '../src/scratch/index.js';
import { failuresOf } from './support/isolation-role.js';
import { HOLES, SOUND_SCHEMAS } from './support/isolation-schemas.js';

/** Schemas that differ most in what the server has to do. */
const NAMES = [
  'rows that are copied in',
  'all rows before the setting is set',
  'a view that only counts',
  'a function that writes as its owner',
  'a common row that takes rows along',
];

async function prove(sql: string): Promise<IsolationProof> {
  await using scratch = openScratch();
  const sources = [{ file: 'schema.sql', text: `CREATE ROLE app; ${sql}` }];
  return await proveInScratch(scratch, { kind: 'models', sources }, { role: 'app' });
}

describe('on the embedded PostgreSQL', () => {
  const holes = HOLES.filter(({ name }) => NAMES.includes(name));
  it.each(holes)(
    'a planted hole is found: $name',
    async ({ sql, found: [object, attack], status = 'leak' }) => {
      expect(failuresOf(await prove(sql))).toContainEqual(
        expect.objectContaining({ object, attack, status }),
      );
    },
  );

  it('none is found where there is none', async () => {
    expect(holes.length).toBe(NAMES.length);
    const [first, ...others] = SOUND_SCHEMAS;
    const proof = await prove(first?.sql ?? '');
    expect(failuresOf(proof)).toEqual([]);
    expect(proof.results.length).toBeGreaterThan(15);
    const types = others.find(({ name }) => name === 'columns of many types and conditions');
    expect(failuresOf(await prove(types?.sql ?? ''))).toEqual([]);
  });
});
