// Guards the walls of the house: which room may import what, and how a file looks. The rules
// themselves are in test/support/room-rules.ts; here they meet the sources, and their own proof.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSources } from '../../test/support/read-sources.js';
import { checkPublicImports, checkRoomRules } from '../../test/support/room-rules.js';

const PLINTH_SOURCES = fileURLToPath(new URL('../src', import.meta.url));
const SERVICE_SOURCES = fileURLToPath(new URL('../../service/src', import.meta.url));

function readPublicNames(): readonly string[] {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { exports }: { exports: Readonly<Record<string, unknown>> } = JSON.parse(manifest);
  return Object.keys(exports).map((subpath) => subpath.replace(/^\./, 'plinth'));
}

describe('the house', () => {
  it('keeps its walls: every file of plinth/src', () => {
    const sources = readSources(PLINTH_SOURCES);
    expect(sources.length).toBeGreaterThan(10);
    expect(sources.flatMap(checkRoomRules)).toEqual([]);
  });

  it('lets the service in through the public door only', () => {
    const publicNames = readPublicNames();
    const sources = readSources(SERVICE_SOURCES);
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.flatMap((file) => checkPublicImports(file, publicNames))).toEqual([]);
  });
});

// [what is wrong, path, source, part of the message]
const VIOLATIONS = [
  ['a higher floor', 'engine/a.ts', `import { b } from '../migrate/index.js';`, 'floors below'],
  ['its own floor', 'engine/a.ts', `import { b } from '../revisions/index.js';`, 'floors below'],
  [
    'a type of a higher floor',
    'sql/a.ts',
    `import type { B } from '../cli/index.js';`,
    'floors below',
  ],
  ['a dynamic import', 'sql/a.ts', `const b = await import('../cli/index.js');`, 'floors below'],
  ['an import in a type', 'sql/a.ts', `type B = import('../cli/index.js').B;`, 'floors below'],
  ['a re-export', 'sql/a.ts', `export { b } from '../cli/index.js';`, 'floors below'],
  ['several lines', 'sql/a.ts', `import {\n  b,\n} from '../cli/index.js';`, 'floors below'],
  ['for its effects', 'sql/a.ts', `import '../cli/index.js';`, 'floors below'],
  ['inside a template', 'sql/a.ts', `\`\${await import('../cli/index.js')}\``, 'floors below'],
  ['past the index', 'cli/a.ts', `import { b } from '../engine/pool.js';`, 'only through'],
  ['past the index, entry file', 'a.ts', `import { b } from './engine/pool.js';`, 'only through'],
  ['an entry file', 'cli/a.ts', `import { b } from '../testing.js';`, 'entry files'],
  ['outside of the house', 'cli/a.ts', `import { b } from '../../test/b.js';`, 'outside of'],
  ['up from the ground', 'errors/a.ts', `import { b } from '../sql/index.js';`, 'floors below'],
  ['a room without a floor', 'cellar/a.ts', '', 'no floor'],
  ['a driver', 'testing/a.ts', `import { Pool } from 'pg';`, 'only engine/'],
  ['PGlite', 'scratch/a.ts', `import type { P } from '@electric-sql/pglite';`, 'only engine/'],
  ['Drizzle', 'migrate/a.ts', `import { sql } from 'drizzle-orm';`, 'only models/ and engine/'],
  ['a builder', 'engine/a.ts', `import { pgTable } from 'drizzle-orm/pg-core';`, 'schema builders'],
  ['Fastify', 'testing/a.ts', `import fp from '@fastify/cors';`, 'only fastify/'],
  ['a computed import', 'migrate/a.ts', 'await import(path);', 'computed import'],
  ['process', 'engine/a.ts', 'const url = process.env.DATABASE_URL;', 'touches process'],
  ['process by import', 'engine/a.ts', `import { env } from 'node:process';`, 'touches process'],
  ['console', 'engine/a.ts', `console.log('connected');`, 'touches console'],
  ['an exit', 'cli/run.ts', 'process.exitCode = 1;', 'only cli/bin.ts exits'],
  ['export *', 'engine/index.ts', `export * from './pool.js';`, 'names its exports'],
  ['length', 'engine/a.ts', 'a();\n'.repeat(400), '401 lines'],
  ['a vague name', 'engine/utils/a.ts', '', 'says nothing'],
] as const;

const ALLOWED = [
  ['a lower floor', 'cli/a.ts', `import { b } from '../engine/index.js';`],
  ['its own room', 'engine/a.ts', `import { b } from './b.js';`],
  ['an entry file over a room', 'testing.ts', `export { b } from './testing/index.js';`],
  ['a comment', 'sql/a.ts', `// import { b } from '../cli/index.js';`],
  ['a template', 'sql/a.ts', "const file = `import { b } from '../cli/index.js';`;"],
  ['a property called process', 'sql/a.ts', 'const a = { process: 1 }; a.process.toString();'],
  ['a method called import', 'modules/a.ts', 'await jiti.import(path);'],
  ['the exit of the CLI', 'cli/bin.ts', 'process.exitCode = await main(process.argv);'],
  ['node-postgres in the engine', 'engine/a.ts', `import { Pool } from 'pg';`],
] as const;

describe('the rules themselves', () => {
  it.each(VIOLATIONS)('find %s', (_, path, source, message) => {
    const found = checkRoomRules({ path, text: `// What this file owns.\n${source}` });
    expect(found.join('\n')).toContain(`plinth/src/${path}: `);
    expect(found.join('\n')).toContain(message);
  });

  it.each(ALLOWED)('allow %s', (_, path, source) => {
    expect(checkRoomRules({ path, text: `// What this file owns.\n${source}\n` })).toEqual([]);
  });

  it('find a file that does not say what it owns', () => {
    expect(checkRoomRules({ path: 'sql/a.ts', text: 'a();' }).join()).toContain(
      'open with a comment',
    );
  });

  it.each([
    ['a private subpath', `import { b } from 'plinth/engine';`],
    ['a file of the library', `import { b } from '../../plinth/src/engine/index.js';`],
    ['a built file of the library', `import('plinth/dist/index.js');`],
  ])('find a service that imports %s', (_, text) => {
    const found = checkPublicImports({ path: 'app.ts', text }, ['plinth', 'plinth/migrate']);
    expect(found.join()).toContain('only through plinth, plinth/migrate');
  });

  it('allow a service its own files and the public subpaths', () => {
    const text = `import { a } from '../b.js'; import { c } from 'plinth/migrate';`;
    expect(checkPublicImports({ path: 'tasks/app.ts', text }, ['plinth/migrate'])).toEqual([]);
  });
});
