// `plinth isolation`: what each tenant tried to do to the other, a line each.

import type { Project } from '../../config/index.js';
import {
  type AttackResult,
  type IsolationProof,
  proveDatabase,
  proveInScratch,
  type ResultStatus,
  type ScratchSubject,
} from '../../isolation/index.js';
import { loadRevisions } from '../../migrate/index.js';
import { scratchFor } from '../../sides/index.js';
import { readSchema } from '../../sources/index.js';
import { databaseUrl, openProject } from '../open-project.js';
import { printNotes } from '../print-notes.js';
import type { Report } from '../report.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export interface IsolationCommandOptions {
  readonly models?: true;
  /** URL of a database to prove; `true` for the project's own. */
  readonly database?: string | true;
  readonly role?: string;
  readonly column?: string;
  readonly setting?: string;
  readonly functions?: true;
  readonly failed?: true;
  readonly scratchUrl?: string;
}

/** Its status is 1 where something did not hold, or could not be tried. */
export async function isolationCommand(
  terminal: Terminal,
  shared: SharedOptions,
  given: IsolationCommandOptions,
): Promise<Report> {
  const project = await openProject(terminal, shared);
  const { DB_TENANT_ROLE: role } = terminal.env;
  const options = { ...(role ? { role } : {}), ...given };
  const proof =
    options.database === undefined
      ? await proveSchema(terminal, project, options)
      : await proveDatabase(
          options.database === true
            ? databaseUrl(terminal, shared, project)
            : {
                url: options.database,
                variable: '--database',
                embeddedExtensions: project.embeddedExtensions,
              },
          options,
        );
  return {
    data: proof,
    print: (to) => printProof(to, proof, options.failed === true),
    status: proof.status === 'passed' ? 0 : 1,
  };
}

async function proveSchema(
  { folder }: Terminal,
  project: Project,
  options: IsolationCommandOptions,
): Promise<IsolationProof> {
  await using lazy = scratchFor(async () => project, options.scratchUrl);
  const scratch = await lazy.open([]);
  return await proveInScratch(scratch, await subjectOf(folder, project, options), options);
}

/** The history; the models where there is none, or where they are asked for. */
async function subjectOf(
  folder: string,
  project: Project,
  { models }: IsolationCommandOptions,
): Promise<ScratchSubject> {
  const history = await loadRevisions(project.revisionsFolder);
  if (models !== true && history.revisions.length > 0) return { kind: 'revisions', history };
  return { kind: 'models', sources: await readSchema(project, folder) };
}

const MARKS = {
  held: { sign: '✓', colour: 32 },
  leak: { sign: '✗', colour: 31 },
  weak: { sign: '!', colour: 33 },
  unproved: { sign: '?', colour: 33 },
} as const satisfies Record<ResultStatus, { readonly sign: string; readonly colour: number }>;

function printProof(
  terminal: Terminal,
  { results, notes, role }: IsolationProof,
  onlyFailed: boolean,
): void {
  printNotes(terminal, notes);
  const shown = results.filter(({ status }) => !onlyFailed || status !== 'held');
  const objects = Math.max(0, ...shown.map(({ object }) => object.length));
  const attacks = Math.max(0, ...shown.map(({ attack }) => attack.length));
  /** Hints that were printed, with the first attack that they are for. */
  const said = new Map<string, string>();
  for (const result of shown) {
    const { object, attack, message, hint } = result;
    const name = `${object.padEnd(objects)}  ${attack.padEnd(attacks)}`;
    terminal.out(`${signOf(result, terminal)} ${name}  ${message}`);
    if (hint === undefined) continue;
    const above = said.get(hint);
    said.set(hint, above ?? attack);
    const what = above === undefined ? hint : `as above (${above})`;
    terminal.out(`${' '.repeat(name.length + 4)}→ ${what.length < hint.length ? what : hint}`);
  }
  if (shown.length > 0) terminal.out('');
  terminal.out(summary(results, role));
}

function summary(results: readonly AttackResult[], role: string): string {
  const tables = new Set(
    results.flatMap(({ object, attack }) => (attack === 'isolation' ? [object] : [])),
  );
  const count = (status: ResultStatus): number =>
    results.filter((result) => result.status === status).length;
  const what = `${counted(tables.size, 'table')}, ${counted(results.length, 'attack')} as ${role}`;
  const failed = (
    [
      ['leak', 'leak'],
      ['weak', 'weakness'],
      ['unproved', 'not proved'],
    ] as const
  ).flatMap(([status, word]) =>
    count(status) === 0 ? [] : [`${count(status)} ${plural(word, count(status))}`],
  );
  return `${what}: ${failed.length === 0 ? 'none succeeded' : failed.join(', ')}`;
}

function counted(count: number, word: string): string {
  return `${count} ${plural(word, count)}`;
}

function plural(word: string, count: number): string {
  if (count === 1 || word === 'not proved') return word;
  return word === 'weakness' ? 'weaknesses' : `${word}s`;
}

/** Coloured for a person's screen, unless NO_COLOR is set (no-color.org). */
function signOf({ status }: AttackResult, { env, isScreen }: Terminal): string {
  const { sign, colour } = MARKS[status];
  return isScreen && !env.NO_COLOR ? `\u001b[${colour}m${sign}\u001b[0m` : sign;
}
