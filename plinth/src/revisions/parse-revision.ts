// Turns the content of one revision file into a Revision. Reads no file and loads no module.

import { createHash } from 'node:crypto';
import { normalizeSql, tokenize } from '../sql/index.js';
import { decodeRevision } from './decode-revision.js';
import type { Revision } from './revision.js';
import { revisionFormat } from './revision-format.js';
import { HEADER_NAMES, type ReportFault, readHeaders } from './revision-headers.js';
import { findModuleMarkers, findSqlMarkers, type RevisionMarker } from './revision-marker.js';
import { problemsError, type RevisionProblem } from './revision-problem.js';
import {
  opensSection,
  type RevisionSection,
  readSections,
  splitSection,
} from './revision-sections.js';

/** A revision, or every fault that was found in its file. */
export type RevisionResult =
  | { readonly kind: 'revision'; readonly revision: Revision }
  | { readonly kind: 'problems'; readonly problems: readonly RevisionProblem[] };

/**
 * The revision in a file. The end of `path` says whether it is SQL or a module.
 *
 * @throws PlinthError `REVISION_FILE_INVALID` naming each `file:line`, what was found and what is
 *   expected; `SQL_UNTERMINATED` or `SQL_UNSUPPORTED` when that is all that is wrong.
 */
export function parseRevision(path: string, content: string | Uint8Array): Revision {
  const result = readRevision(path, content);
  if (result.kind === 'problems') throw problemsError(result.problems);
  return result.revision;
}

/** As {@link parseRevision}, with the faults returned, so that those of many files can be told. */
export function readRevision(path: string, content: string | Uint8Array): RevisionResult {
  const text = decodeRevision(path, content);
  if (typeof text !== 'string') return { kind: 'problems', problems: [text] };
  const problems: RevisionProblem[] = [];
  const file: RevisionFile = {
    path,
    text,
    add: (problem) => problems.push(problem),
    report: ({ line, found, expected, hint }) => {
      const message = `Found ${found}; expected ${expected}.`;
      problems.push({ code: 'REVISION_FILE_INVALID', path, line, message, hint });
    },
  };
  const revision = parseFormat(file);
  if (revision !== undefined && problems.length === 0) return { kind: 'revision', revision };
  problems.sort((a, b) => a.line - b.line);
  return { kind: 'problems', problems };
}

interface RevisionFile {
  readonly path: string;
  readonly text: string;
  readonly add: (problem: RevisionProblem) => void;
  readonly report: ReportFault;
}

function parseFormat(file: RevisionFile): Revision | undefined {
  const format = revisionFormat(file.path);
  switch (format) {
    case 'sql':
      return parseSql(file);
    case 'module':
      return parseModule(file);
    case undefined: {
      const expected = 'a name that ends in .sql, .ts, .mts, .js or .mjs';
      const found = 'a file that is no revision';
      file.report({ line: 1, found, expected, hint: 'Rename the file.' });
      return undefined;
    }
    default:
      return format satisfies never;
  }
}

function parseSql(file: RevisionFile): Revision | undefined {
  const { markers, codeLine } = findSqlMarkers(file.text);
  // An open quote swallows the markers behind it: what seems missing then is not.
  if (reportOpenQuote(file)) return undefined;
  const firstSection = markers.find(opensSection);
  const headers = markers.filter((marker) => !opensSection(marker));
  if (codeLine !== undefined) {
    const expected = 'only comments before the line "-- plinth:upgrade"';
    const found = 'text before the first section';
    file.report({ line: codeLine, found, expected, hint: 'Move the text into a section.' });
  }
  for (const { line, name } of markers.filter((marker) => marker.behindCode)) {
    const found = `"plinth:${name}" behind SQL`;
    file.report({ line, found, expected: 'a line of its own', hint: 'Break the line before it.' });
  }
  refuseLate(file, headers, firstSection?.line, 'the first section');
  const read = readHeaders(headers, '--', file.report);
  const irreversible = headers.some((marker) => marker.name === 'irreversible');
  const { upgrade, downgrade } = readSections(file, markers.filter(opensSection), irreversible);
  if (read === undefined) return undefined;
  const flags = [read.noTransaction, read.irreversible !== undefined];
  return {
    ...read,
    path: file.path,
    checksum: sha256(file.text),
    fingerprint: `${fingerprintOf(flags, upgrade)}.${fingerprintOf([], downgrade)}`,
    source: { kind: 'sql', upgrade: upgrade.statements, downgrade: downgrade.statements },
  };
}

function parseModule(file: RevisionFile): Revision | undefined {
  const { markers, codeLine } = findModuleMarkers(file.text);
  for (const { line, name } of markers.filter(opensSection)) {
    const hint = `Replace the section by "export async function ${name}(tx)".`;
    const expected = `an exported function ${name}(tx)`;
    file.report({ line, found: `the section "${name}" in a module`, expected, hint });
  }
  // Behind code only known names count: other text may stand in a template literal.
  const known: readonly string[] = HEADER_NAMES;
  const headers = markers.filter(
    (marker) =>
      !opensSection(marker) &&
      (codeLine === undefined || marker.line < codeLine || known.includes(marker.name)),
  );
  refuseLate(file, headers, codeLine, 'the first code');
  const read = readHeaders(headers, '//', file.report);
  if (read === undefined) return undefined;
  const checksum = sha256(file.text);
  return { ...read, path: file.path, checksum, fingerprint: checksum, source: { kind: 'module' } };
}

function refuseLate(
  { report }: RevisionFile,
  headers: readonly RevisionMarker[],
  limit: number | undefined,
  what: string,
): void {
  for (const { line, name } of headers) {
    if (limit === undefined || line < limit) continue;
    const found = `the header "${name}" after ${what}`;
    const expected = 'headers at the top of the file';
    report({ line, found, expected, hint: 'Move the line to the top.' });
  }
}

function reportOpenQuote(file: RevisionFile): boolean {
  if (tokenize(file.text).at(-1)?.closed !== false) return false;
  splitSection(file, file.text, { line: 1, offset: 0 });
  return true;
}

function fingerprintOf(flags: readonly boolean[], { statements }: RevisionSection): string {
  const texts = statements.map(({ text }) => normalizeSql(text));
  return sha256(JSON.stringify([...flags, texts.join('\n')]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
