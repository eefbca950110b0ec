// Takes models through the whole loop: DDL, catalog, the revision from nothing, and the catalog of
// that. It expects that the models and what was written for them do not differ.

import { expect } from 'vitest';
import { type Catalog, emptyCatalog } from '../../src/catalog/index.js';
import { diff, renderPlan } from '../../src/diff/index.js';
import { type EmittedStatement, emitModels } from '../../src/models/index.js';
import type { Scratch } from '../../src/scratch/index.js';
import type { Example } from './examples/example.js';

/** The statements of examples, with what is there before them. */
export function emitExamples(
  examples: readonly (readonly [string, Example])[],
): readonly Pick<EmittedStatement, 'sql'>[] {
  const preludes = new Set(examples.flatMap(([, { prelude }]) => prelude ?? []));
  const files = examples.map(([name, { models }]) => ({ file: name, exports: models }));
  return [...[...preludes].map((sql) => ({ sql })), ...emitModels(files)];
}

/**
 * Expects that a revision written from nothing makes what the statements make.
 *
 * @returns The catalog they make.
 */
export async function expectRoundTrip(
  scratch: Scratch,
  statements: readonly Pick<EmittedStatement, 'sql'>[],
): Promise<Catalog> {
  const text = statements.map(({ sql }) => `${sql};\n`).join('\n');
  const wanted = await load(scratch, text);
  const { serverVersion, role } = wanted;
  const plan = renderPlan(diff(emptyCatalog(serverVersion, role), wanted));
  const made = await load(scratch, plan);
  // Roles are the server's, and other tests make theirs meanwhile.
  const changes = diff(made, wanted).changes.filter(
    ({ object }) => !object.startsWith('role:') || text.includes(object.slice('role:'.length)),
  );
  expect(changes, `what the models have over\n\n${plan}`).toEqual([]);
  return wanted;
}

async function load(scratch: Scratch, text: string): Promise<Catalog> {
  return (await scratch.load([{ file: 'models.sql', text }], { order: 'given' })).catalog;
}
