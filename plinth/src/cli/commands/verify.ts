// `plinth verify`: what is well and what is not, a line each.

import { type Diagnosis, diagnose, type Finding, type FindingStatus } from '../../doctor/index.js';
import { engineOptions, openProject } from '../open-project.js';
import type { Report } from '../report.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

/** Its status is 1 when a check failed. */
export async function verifyCommand(terminal: Terminal, shared: SharedOptions): Promise<Report> {
  const diagnosis = await diagnose(async () => {
    const project = await openProject(terminal, shared);
    return {
      options: { ...engineOptions(terminal, shared, project), applicationName: 'plinth verify' },
      extensions: project.extensions,
      revisionsFolder: project.revisionsFolder,
      ledger: project.migration.ledger,
    };
  });
  return {
    data: diagnosis,
    print: (to) => printDiagnosis(to, diagnosis),
    status: diagnosis.status === 'passed' ? 0 : 1,
  };
}

const MARKS = {
  passed: { sign: '✓', colour: 32 },
  failed: { sign: '✗', colour: 31 },
  skipped: { sign: '–', colour: 2 },
} as const satisfies Record<FindingStatus, { readonly sign: string; readonly colour: number }>;

function printDiagnosis(terminal: Terminal, { checks }: Diagnosis): void {
  const width = Math.max(...checks.map(({ name }) => name.length));
  for (const check of checks) {
    const { name, message, hint } = check;
    // A message may have several lines; the further ones stand under the first.
    const indent = ' '.repeat(width + 4);
    const text = message.replaceAll('\n', `\n${indent}`);
    terminal.out(`${signOf(check, terminal)} ${name.padEnd(width)}  ${text}`);
    if (hint !== undefined) terminal.out(`${indent}→ ${hint}`);
  }
  const count = checks.filter(({ status }) => status === 'failed').length;
  terminal.out('');
  terminal.out(count === 0 ? 'nothing is wrong' : `${count} to put right`);
}

/** Coloured for a person's screen, unless NO_COLOR is set (no-color.org). */
function signOf({ status }: Finding, { env, isScreen }: Terminal): string {
  const { sign, colour } = MARKS[status];
  return isScreen && !env.NO_COLOR ? `\u001b[${colour}m${sign}\u001b[0m` : sign;
}
