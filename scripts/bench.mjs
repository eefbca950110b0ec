// `npm run bench [name]`: sets up, then runs the benchmarks of bench/ one after another, or the
// one that is named. Each prints its own figures.

import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { setUp } from './set-up.mjs';

await setUp();

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'bench');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are ${names.join(', ')}`);
  process.exit(1);
}

const { createJiti } = await import('jiti');
const jiti = createJiti(import.meta.url);
for (const name of wanted.length > 0 ? wanted : names) {
  console.log(`\n# ${name}`);
  const { default: run } = await jiti.import(join(folder, `${name}.bench.ts`));
  await run();
}
