// What Node loads by itself, and what it leaves to the compiler.

import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadNatively } from './load-natively.js';

const BUILT = new URL('../../dist/modules/load-natively.js', import.meta.url).href;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plinth-native-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A file called `name` in a project whose `plinth` is a file that exports `mark`. */
async function load(name: string, text: string): Promise<unknown> {
  const own = join(folder, 'own file.mjs');
  await writeFile(own, 'export const mark = (value) => ({ marked: value });\n');
  await writeFile(join(folder, 'beside.mjs'), 'export const beside = 5;\n');
  const path = join(folder, name);
  await writeFile(path, text);
  return await loadNatively(path, { plinth: own });
}

it.each([
  ['no import', 'export default { a: 1 };', { a: 1 }],
  ['an import of Plinth', "import { mark } from 'plinth';\nexport default mark(2);", { marked: 2 }],
  [
    'several, between comments',
    `// import { a } from './a.js'
import { sep } from 'node:path'; /* and */ import{mark}from"plinth"
import * as all from 'plinth';
import 'node:fs';

export default [typeof sep, mark(3), typeof all.mark];`,
    ['string', { marked: 3 }, 'function'],
  ],
  ['a byte order mark', '\uFEFFexport default 4;', 4],
  ['text that only looks like one', 'export default "\\nfrom";', '\nfrom'],
])('loads %s', async (_what, text, expected) => {
  expect(await load('plinth.config.ts', text)).toHaveProperty('default', expected);
});

it.each([
  ['types', "import { mark } from 'plinth';\nexport default mark(1 as number);"],
  ['imported types', "import { mark, type Mark } from 'plinth';\nexport default mark(1);"],
  ['a file beside it', "import { beside } from './beside.mjs';\nexport default beside;"],
  ['a package', "import { z } from 'zod';\nexport default z;"],
  ['a file that is re-exported', "export { beside as default } from './beside.mjs';"],
  ['an import further down', "export default 1;\nimport './beside.mjs';"],
  ['an import while it runs', "export default await import('./beside.mjs');"],
  ['its own place', 'export default import.meta.url;'],
  ['a file that is required', "module.exports = require('./beside.cjs');"],
  ['what fails', "throw new Error('no');"],
])('leaves %s to the compiler', async (_what, text) => {
  expect(await load('plinth.config.ts', text)).toBeUndefined();
});

it('leaves nothing in .mjs to the compiler but what fails', async () => {
  const imported = "import { beside } from './beside.mjs';\nexport default beside;";
  expect(await load('plinth.config.mjs', imported)).toMatchObject({ default: 5 });
  expect(await load('other.config.mjs', "import './missing.mjs';")).toBeUndefined();
});

it('names the file and its line in what is thrown later', async () => {
  const name = 'with hooks.config.ts';
  const path = join(folder, name);
  await writeFile(path, "export default () => {\n  throw new Error('late');\n};\n");
  // In a process of its own: here the tests' runner rewrites stacks.
  const program = `import { loadNatively } from ${JSON.stringify(BUILT)};
const { default: late } = await loadNatively(${JSON.stringify(path)}, {});
late();`;
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(stderr).toContain(`(${pathToFileURL(path).href}:2:9)`);
});
