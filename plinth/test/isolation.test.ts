// The prover on a real server: it finds every planted hole, and finds none where there is none.

import { describe, expect, inject, it } from 'vitest';
import { ATTACKS, type IsolationProof, proveInScratch } from '../src/isolation/index.js';
import { openScratch } from '../src/scratch/index.js';
import { failuresOf, withTenantRole } from './support/isolation-role.js';
import { HOLES, SOUND_SCHEMAS } from './support/isolation-schemas.js';

async function prove(schema: string): Promise<IsolationProof> {
  const scratchUrl = inject('serverUrl');
  return await withTenantRole(scratchUrl, schema, async ({ sql, role, told }) => {
    await using scratch = openScratch({ scratchUrl });
    const sources = [{ file: 'schema.sql', text: sql }];
    return told(await proveInScratch(scratch, { kind: 'models', sources }, { role }));
  });
}

describe('a planted hole is found', () => {
  it.each(HOLES)('$name', async ({ sql, found: [object, attack], status = 'leak' }) => {
    const proof = await prove(sql);
    expect(proof.status).toBe('failed');
    expect(failuresOf(proof)).toContainEqual(
      expect.objectContaining({ object, attack, status, hint: expect.stringMatching(/\S/) }),
    );
  });
});

it('has a hole for every attack', () => {
  const found = new Set(HOLES.map(({ found: [, attack] }) => attack));
  // What cannot be filled is in isolation-database.test.ts.
  expect(ATTACKS.filter((attack) => attack !== 'fill' && !found.has(attack))).toEqual([]);
});

describe('where there is no hole none is found', () => {
  it.each(SOUND_SCHEMAS)('$name', async ({ sql }) => {
    const proof = await prove(sql);
    expect({ failures: failuresOf(proof), notes: proof.notes }).toEqual({
      failures: [],
      notes: [],
    });
    expect(proof.results.filter(({ attack }) => attack === 'read')).not.toEqual([]);
    // A statement of the prover's own that is wrong has tried nothing.
    const wrong = proof.results.filter(({ message }) => /ambiguous|syntax error/.test(message));
    expect(wrong).toEqual([]);
  });
});
