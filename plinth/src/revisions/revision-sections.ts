// Reads the two sections of an SQL revision: their order, and the statements in them. A
// statement that begins or ends a transaction is refused: the runner owns the transaction.

import { isPlinthError } from '../errors/index.js';
import {
  lineAt,
  type SqlOrigin,
  type SqlStatement,
  splitStatements,
  transactionRule,
} from '../sql/index.js';
import { withComments } from './hazard-comments.js';
import type { RevisionStatement } from './revision.js';
import type { ReportFault } from './revision-headers.js';
import type { RevisionMarker } from './revision-marker.js';
import type { RevisionProblem } from './revision-problem.js';

export type SectionName = 'upgrade' | 'downgrade';

export interface RevisionSection {
  readonly text: string;
  readonly statements: readonly RevisionStatement[];
}

export interface SectionContext {
  readonly path: string;
  readonly text: string;
  readonly report: ReportFault;
  /** Takes a fault that has a code of its own, such as an open quote. */
  readonly add: (problem: RevisionProblem) => void;
}

/** Whether a marker opens a section. */
export function opensSection(marker: RevisionMarker): boolean {
  return marker.name === 'upgrade' || marker.name === 'downgrade';
}

/** Both sections; one that is missing has no text. `openers` are the markers of sections. */
export function readSections(
  context: SectionContext,
  openers: readonly RevisionMarker[],
  irreversible: boolean,
): Readonly<Record<SectionName, RevisionSection>> {
  checkOrder(context, openers, irreversible);
  const sections = {
    upgrade: readSection(context, openers, 'upgrade'),
    downgrade: readSection(context, openers, 'downgrade'),
  };
  const [undone] = sections.downgrade.statements;
  if (irreversible && undone !== undefined) {
    context.report({
      line: undone.line,
      found: 'a statement that undoes an irreversible revision',
      expected: 'none',
      hint: 'Remove the header "irreversible", or the statements of the downgrade.',
    });
  }
  return sections;
}

function checkOrder(
  { report }: SectionContext,
  openers: readonly RevisionMarker[],
  irreversible: boolean,
): void {
  const seen: string[] = [];
  for (const { name, value, line } of openers) {
    if (value !== '') {
      report({
        line,
        found: `"${value}" behind "plinth:${name}"`,
        expected: 'nothing there',
        hint: `Remove everything behind "plinth:${name}".`,
      });
    }
    if (seen.includes(name)) {
      const hint = `Join the "${name}" sections into one.`;
      report({ line, found: `a second section "${name}"`, expected: 'each section once', hint });
    } else if (name === 'upgrade' && seen.includes('downgrade')) {
      const hint = 'Move the upgrade section before the downgrade section.';
      const found = 'the upgrade section after the downgrade';
      report({ line, found, expected: 'the upgrade first', hint });
    }
    seen.push(name);
  }
  const needed = irreversible ? ['upgrade'] : ['upgrade', 'downgrade'];
  for (const name of needed.filter((section) => !seen.includes(section))) {
    const also = name === 'downgrade' ? ', or a header "irreversible <reason>"' : '';
    report({
      line: 1,
      found: `no section "${name}"`,
      expected: `the line "-- plinth:${name}"${also}`,
      hint: `Add the line "-- plinth:${name}" and the statements of the ${name}${also}.`,
    });
  }
}

function readSection(
  context: SectionContext,
  openers: readonly RevisionMarker[],
  name: SectionName,
): RevisionSection {
  const index = openers.findIndex((marker) => marker.name === name);
  const opener = openers[index];
  if (opener === undefined) return { text: '', statements: [] };
  const text = context.text.slice(opener.end, openers[index + 1]?.offset);
  const origin = { line: lineAt(context.text, opener.end), offset: opener.end };
  const statements = splitSection(context, text, origin);
  for (const statement of statements) {
    refuseTransactionControl(context, statement);
    refuseUnlock(context, statement);
  }
  return { text, statements: withComments(context.text, statements, opener.end) };
}

/** The statements of a part of the file; a fault in the SQL is reported and leaves none. */
export function splitSection(
  { path, add }: SectionContext,
  text: string,
  origin: SqlOrigin,
): readonly SqlStatement[] {
  try {
    return splitStatements(text, origin);
  } catch (error) {
    if (!isPlinthError(error)) throw error;
    const { code, message, details } = error;
    const line = typeof details.line === 'number' ? details.line : origin.line;
    add({ code, path, line, message, hint: error.hint ?? 'Correct the SQL.' });
    return [];
  }
}

function refuseTransactionControl({ report }: SectionContext, { text, line }: SqlStatement): void {
  if (transactionRule(text) !== 'transaction-control') return;
  const words = text.split(/\s+/).slice(0, 3).join(' ');
  report({
    line,
    found: `"${words}"`,
    expected: 'no statement that begins, ends or marks a transaction',
    hint: 'Remove the statement: each revision runs in a transaction of its own.',
  });
}

/** The migration lock is an advisory lock of the session: without it two runners work at once. */
function refuseUnlock({ report }: SectionContext, { text, line }: SqlStatement): void {
  const found = /^discard\s+all\b|\bpg_advisory_unlock_all\b/i.exec(text)?.[0];
  if (found === undefined) return;
  report({
    line,
    found: `"${found}"`,
    expected: 'no statement that gives up all locks of the session, with the migration lock',
    hint: 'Remove the statement: nothing of a revision reaches the next one.',
  });
}
