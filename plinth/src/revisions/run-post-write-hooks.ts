// Runs the programs of a project on a new revision file, such as its formatter. They may lay it
// out as they like; what it runs has to stay what it was.

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { PlinthError } from '../errors/index.js';
import { parseRevision } from './parse-revision.js';

export interface RevisionHook {
  /** What messages call it. */
  readonly name: string;
  /** The program and its arguments; `{file}` stands for the path of the file. */
  readonly command: readonly string[];
}

export interface HookPlace {
  /** The folder that the programs run in. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * @throws PlinthError REVISION_HOOK_FAILED with the name of the hook. The file stays as the hooks
 *   have left it.
 */
export async function runPostWriteHooks(
  file: string,
  hooks: readonly RevisionHook[],
  place: HookPlace,
): Promise<void> {
  if (hooks.length === 0) return;
  const before = parseRevision(file, await readFile(file));
  for (const hook of hooks) {
    await runHook(file, hook, place);
    const problem = await compare(file, before.fingerprint);
    if (problem !== undefined) {
      throw hookFailed(file, hook, problem, 'Change the hook, and restore what the file runs.');
    }
  }
}

async function runHook(file: string, hook: RevisionHook, place: HookPlace): Promise<void> {
  const { status, output } = await run(file, hook, place);
  if (status === 0) return;
  const outcome = typeof status === 'number' ? `ended with status ${status}` : status;
  const said = output.trim() === '' ? '' : `:\n${output.trim()}`;
  throw hookFailed(file, hook, `${outcome}${said}`, 'Correct the hook in plinth.config.ts.');
}

interface HookEnd {
  /** The exit status, or what kept it from being run to its end. */
  readonly status: number | string;
  readonly output: string;
}

/** Without a shell: a name of a file is never read as a command. */
function run(file: string, { command }: RevisionHook, place: HookPlace): Promise<HookEnd> {
  const [program = '', ...given] = command;
  const args = given.map((argument) => argument.replaceAll('{file}', () => file));
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: place.folder,
      env: { ...place.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (text: Buffer) => {
      output += text.toString('utf8');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', ({ message }) => resolve({ status: message, output }));
    child.once('close', (status, signal) =>
      resolve({ status: status ?? `was ended by ${signal}`, output }),
    );
  });
}

async function compare(file: string, fingerprint: string): Promise<string | undefined> {
  try {
    const after = parseRevision(file, await readFile(file));
    return after.fingerprint === fingerprint ? undefined : 'changed what the revision runs';
  } catch (error) {
    return `left no valid revision: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function hookFailed(file: string, { name }: RevisionHook, what: string, hint: string): PlinthError {
  return new PlinthError(
    'REVISION_HOOK_FAILED',
    `${file} was written and stays, but the hook ${name} ${what}`,
    { hint, details: { path: file, hook: name } },
  );
}
