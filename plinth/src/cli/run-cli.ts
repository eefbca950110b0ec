// Runs one command line: finds the command, has it work, shows what it reports, and turns what goes
// wrong into lines and an exit status.

import { CommanderError } from 'commander';
import { buildProgram } from './build-program.js';
import type { Report } from './report.js';
import { reportError, usageError } from './report-error.js';
import type { SharedOptions } from './shared-options.js';
import type { Terminal } from './terminal.js';
import { toJson } from './to-json.js';

/**
 * Runs one command line.
 *
 * @returns The exit status: 0, 1 when the command failed or found what must not be, 2 when it was
 *   not understood or, where it was asked for, when something differs; 130 and 143 when it was
 *   stopped by SIGINT and SIGTERM.
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  if (args[0] === '__complete') return await answerShell(args.slice(2), terminal);
  let status = 0;
  let asJson = asksForJson(args);
  let called: string | undefined;
  const { program } = buildProgram(terminal, async (work, shared) => {
    asJson = shared.json === true;
    const report = await work(asJson ? silent(terminal) : terminal, shared);
    show(report, terminal, shared);
    status = report.status ?? 0;
  });
  program.hook('preSubcommand', (_, command) => {
    // Of `plinth help` there is no more help.
    called = command.name() === 'help' ? undefined : command.name();
  });
  try {
    await program.parseAsync(isVersionFlag(args) ? ['version'] : [...args], { from: 'user' });
    return status;
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      await reportError(error, terminal, asJson);
      return 1;
    }
    if (error.exitCode === 0) return 0;
    // Help that was shown because nothing was asked for is all there is to say.
    if (error.code !== 'commander.help') {
      await reportError(usageError(error, called), terminal, asJson);
    }
    return 2;
  }
}

/** Asked by the scripts of `plinth completion`, with `--` before the words. */
async function answerShell(words: readonly string[], terminal: Terminal): Promise<number> {
  const { complete } = await import('./complete.js');
  for (const [word, means] of await complete(words, terminal)) terminal.out(`${word}\t${means}`);
  return 0;
}

/** What strangers ask a program first. */
function isVersionFlag([first, ...others]: readonly string[]): boolean {
  return others.length === 0 && (first === '--version' || first === '-V');
}

/** Before the options are read: they may be what is wrong. */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end === -1 ? args : args.slice(0, end)).includes('--json');
}

function show({ data, print }: Report, terminal: Terminal, { json }: SharedOptions): void {
  if (json === true) terminal.out(toJson(data));
  else print(terminal);
}

/** With --json there is one document and nothing beside it. */
function silent({ screen: _, ...terminal }: Terminal): Terminal {
  return { ...terminal, out: () => undefined, error: () => undefined };
}
