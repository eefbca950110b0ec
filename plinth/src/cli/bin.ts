// The program `plinth`: the only file of the package that ends the process.

import process from 'node:process';
import v8 from 'node:v8';
import { runCli } from './run-cli.js';

// A command ends before it would pay to compile the embedded PostgreSQL a second time, optimised:
// without that, a command that opens it needs a quarter less processor time.
v8.setFlagsFromString('--liftoff-only');

/** On standard error, so that results alone stand in a file they are sent to. */
async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

const isAttended = process.stdin.isTTY === true && process.stderr.isTTY === true;

process.exitCode = await runCli(process.argv.slice(2), {
  folder: process.cwd(),
  env: process.env,
  ...(isAttended ? { ask } : {}),
  isScreen: process.stdout.isTTY === true,
  out: (line) => process.stdout.write(`${line}\n`),
  error: (line) => process.stderr.write(`${line}\n`),
});
