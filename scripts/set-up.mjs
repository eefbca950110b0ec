// Brings a clone to where it can run: packages from the lock file, and the build. It runs before
// anything is installed, so it imports nothing but Node, and it does nothing that is done already.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withSetUpLock } from './set-up-lock.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const LOWEST_NODE = [20, 19];
const STAMP = join(ROOT, 'node_modules', '.plinth-lock-hash');
const WORKSPACES = ['plinth', 'service'];

/** Installs what is missing or outdated and builds. Ends the process with 1 when that fails. */
export async function setUp() {
  requireNode();
  try {
    await withSetUpLock(join(ROOT, '.plinth'), async () => {
      await installPackages();
      await build();
    });
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
    fail(`${ROOT} cannot be written by this user (${error.code}); make a clone of your own.`);
  }
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [lowestMajor, lowestMinor] = LOWEST_NODE;
  if (major > lowestMajor || (major === lowestMajor && minor >= lowestMinor)) return;
  fail(`Plinth needs Node ${LOWEST_NODE.join('.')} or later; this is ${process.versions.node}.`);
}

async function installPackages() {
  const wanted = hashOfLock();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  rmSync(STAMP, { force: true });
  console.log('installing packages from package-lock.json …');
  // Development and optional packages are needed to build and to test, whatever the environment
  // (NODE_ENV=production, an .npmrc) says of installing.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  const { status, output } = await run(...npmCommand(args));
  if (status !== 0) fail(`${output}\nnpm ${args.join(' ')} failed; its output is above.`);
  writeFileSync(STAMP, wanted);
}

/** Packages with programs differ by platform: a folder moved to another one installs again. */
function hashOfLock() {
  const lock = readFileSync(join(ROOT, 'package-lock.json'));
  return createHash('sha256')
    .update(lock)
    .update(process.platform + process.arch)
    .digest('hex');
}

function npmCommand(args) {
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('npm-cli.js')) return [process.execPath, [npm, ...args], {}];
  // On Windows npm is a script, which only a shell can start.
  return ['npm', args, { shell: process.platform === 'win32' }];
}

async function build() {
  for (const workspace of WORKSPACES) forgetIncompleteBuild(join(ROOT, workspace));
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, output } = await run(process.execPath, [tsc, '--build'], {});
  if (status !== 0) fail(`${output}\nThe build failed; its errors are above.`);
}

/** The compiler trusts its note of what it built; when files are gone, the note must go too. */
function forgetIncompleteBuild(workspace) {
  const sources = join(workspace, 'src');
  if (!existsSync(sources)) return;
  const complete = readdirSync(sources, { recursive: true })
    .filter((path) => path.endsWith('.ts') && !/\.(test|d)\.ts$/.test(path))
    .map((path) => join(workspace, 'dist', path.slice(0, -'.ts'.length)))
    .every((path) => existsSync(`${path}.js`) && existsSync(`${path}.d.ts`));
  if (!complete) rmSync(join(workspace, 'dist', '.tsbuildinfo'), { force: true });
}

/** Runs a program to its end, with its output held back. */
function run(program, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    // Whoever ends us ends the installation too, and we hold the lock until it has ended.
    let interrupted = false;
    const stop = (signal) => {
      interrupted = true;
      child.kill(signal);
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
    child.on('error', reject);
    child.on('close', (status) => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      if (interrupted) process.exit(1);
      resolve({ status, output });
    });
  });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
