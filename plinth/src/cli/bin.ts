// The program `plinth`: the only file of the package that ends the process.

import { subscribe } from 'node:diagnostics_channel';
import process from 'node:process';
import v8 from 'node:v8';
import { runCli } from './run-cli.js';
import type { Interruptible } from './terminal.js';

// A command ends before it would pay to compile the embedded PostgreSQL a second time, optimised:
// without that, a command that opens it needs a third less processor time. Only then: once a flag
// is set, Node compiles every module of its own anew that it has not loaded yet.
subscribe('plinth.embedded.load', () => v8.setFlagsFromString('--liftoff-only'));

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

const untilInterrupted: Interruptible = async (work) => {
  const { stopSignals } = await import('./stop-signals.js');
  const withSignals = stopSignals({
    source: process,
    now: () => performance.now(),
    onStop: ({ message }) => process.stderr.write(`${message}; once more to end at once\n`),
    onSecond: ({ status }) => process.exit(status),
  });
  return await withSignals(work);
};

const isAttended = process.stdin.isTTY === true && process.stderr.isTTY === true;
const isDrawable = process.stderr.isTTY === true && process.env.TERM !== 'dumb';
const screen = { stream: process.stderr, columns: () => process.stderr.columns };

for (const stream of [process.stdout, process.stderr]) {
  // Who reads the output may leave, as `head` does: that is no reason to stop an upgrade half-way.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await runCli(process.argv.slice(2), {
  folder: process.cwd(),
  env: process.env,
  ...(isAttended ? { ask } : {}),
  ...(isDrawable ? { screen } : {}),
  untilInterrupted,
  isScreen: process.stdout.isTTY === true,
  out: (line) => process.stdout.write(`${line}\n`),
  error: (line) => process.stderr.write(`${line}\n`),
});
