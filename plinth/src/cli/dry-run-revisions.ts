// `--dry-run`: what a run of revisions would do now, in order, with its hazards. It runs nothing.

import {
  type DryRun,
  type DryRunRevision,
  type DryRunStatement,
  type DryRunStep,
  dryRun,
  loadRevisions,
} from '../migrate/index.js';
import { withEngine } from './open-project.js';
import { printWarnings } from './print-notes.js';
import type { Report } from './report.js';
import { describeHeads } from './report-outcome.js';
import type { RunRequest } from './run-revisions.js';
import type { SharedOptions } from './shared-options.js';
import type { Terminal } from './terminal.js';

/** @throws PlinthError of the codes REVISION_* and MIGRATE_*, as the run would. */
export async function dryRunRevisions(
  terminal: Terminal,
  shared: SharedOptions,
  { direction, revision, options }: RunRequest,
): Promise<Report> {
  return await withEngine(terminal, shared, async (engine, project) => {
    const revisions = await loadRevisions(project.revisionsFolder);
    const planned = await dryRun(engine, direction, revision, {
      revisions,
      ledger: project.migration.ledger,
      singleTransaction: options.singleTransaction,
    });
    return {
      data: planned,
      print: (to) => {
        printWarnings(to, planned.warnings);
        for (const line of dryRunText(planned)) to.out(line);
      },
    };
  });
}

const DONE = { upgrade: 'applied', downgrade: 'undone' } as const;

/** A plan as lines for a person. */
export function dryRunText({ direction, revisions, from, to }: DryRun): readonly string[] {
  if (revisions.length === 0) return [`nothing to do, at ${describeHeads(from)}`];
  const count = `${revisions.length} revision${revisions.length === 1 ? '' : 's'}`;
  return [
    ...revisions.flatMap((revision) => revisionLines(direction, revision)),
    `${count} would be ${DONE[direction]}, from ${describeHeads(from)} to ${describeHeads(to)}`,
    ...hazardSum(revisions),
  ];
}

function hazardSum(revisions: readonly DryRunRevision[]): readonly string[] {
  const hazards = revisions
    .flatMap(({ steps }) => steps.filter(({ isDone }) => !isDone))
    .flatMap(({ statements }) => statements.map((statement) => statement.hazards))
    .filter(({ length }) => length > 0);
  if (hazards.length === 0) return [];
  const kinds = [...new Set(hazards.flat().map(({ kind }) => kind))].join(', ');
  return [`${hazards.length} statement${hazards.length === 1 ? '' : 's'} with hazards: ${kinds}`];
}

function revisionLines(
  direction: DryRun['direction'],
  { id, message, steps }: DryRunRevision,
): readonly string[] {
  return [`${direction}  ${id}  ${message}`, ...steps.flatMap(stepLines)];
}

const STEPS = {
  transaction: 'in a transaction:',
  alone: 'outside a transaction:',
  procedure: 'outside a transaction, which it may begin itself:',
  module: 'in a transaction: a function, whose statements only its run will tell',
} as const satisfies Record<DryRunStep['kind'], string>;

function stepLines({ kind, isDone, statements }: DryRunStep): readonly string[] {
  if (isDone)
    return [
      '  done by the run that was interrupted, and not run again:',
      ...statements.map(lineOf),
    ];
  if (kind !== 'module' && statements.length === 0) return ['  nothing to run'];
  return [`  ${STEPS[kind]}`, ...statements.flatMap(statementLines)];
}

function statementLines(statement: DryRunStatement): readonly string[] {
  const { lock, hazards } = statement;
  return [
    lineOf(statement),
    ...(lock === undefined ? [] : [`        takes ${lock}`]),
    ...hazards.map(({ kind, message }) => `        ${kind}: ${message}`),
  ];
}

const SHOWN_WIDTH = 90;

function lineOf({ line, text }: DryRunStatement): string {
  const [first = ''] = text.split(/\r?\n/);
  const isWhole = first === text && first.length <= SHOWN_WIDTH;
  return `    ${String(line).padStart(3)} ${isWhole ? first : `${first.slice(0, SHOWN_WIDTH)} …`}`;
}
