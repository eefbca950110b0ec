// The examples of docs/models.md: they are one file of models, and it round-trips.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import * as models from '../../src/models.js';
import { openScratch } from '../../src/scratch/index.js';
import { expectRoundTrip } from './round-trip.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Loads the examples of the page as a user's file of models would be. */
async function loadExamples(): Promise<Readonly<Record<string, unknown>>> {
  const page = await readFile(join(ROOT, 'docs', 'models.md'), 'utf8');
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);
  expect(blocks.length).toBeGreaterThan(2);
  await mkdir(join(ROOT, '.plinth'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, '.plinth', 'document-'));
  try {
    const file = join(folder, 'models.ts');
    await writeFile(file, blocks.join('\n'));
    return await import(pathToFileURL(file).href);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

it('become a revision', async () => {
  const { json, line, ...exports } = await loadExamples();
  await using scratch = openScratch();
  const { objects } = await expectRoundTrip(
    scratch,
    models.emitModels([{ file: 'models.md', exports }]),
  );
  const ids = objects.map(({ id }) => id);
  expect(ids).toContain('policy:public.notes.tenant_isolation_policy');
  expect(ids).toContain('trigger:public.people.people_set_updated_at');
  expect(json).toBe('{"id":"7","body":"hello","at":"1970-01-01T00:00:00.000Z","key":"YWJj"}');
  expect(line).toBe("notes(id: 7n, body: 'hello', at: 1970-01-01T00:00:00.000Z, key: <3 bytes>)");
});

it('tell of everything that is public', async () => {
  const page = await readFile(join(ROOT, 'docs', 'models.md'), 'utf8');
  const { emitModels: _internal, ...names } = models;
  expect(Object.keys(names).filter((name) => !page.includes(name))).toEqual([]);
});
