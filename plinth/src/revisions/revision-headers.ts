// Reads the headers of a revision from its markers: every header at most once, known, with the
// value it needs. Collects faults instead of stopping at the first.

import { nearMisses } from './near-misses.js';
import { isRevisionId, RESERVED_IDENTIFIERS, type RevisionId } from './revision.js';
import type { RevisionMarker } from './revision-marker.js';

export interface RevisionHeaders {
  readonly id: RevisionId;
  readonly revises: readonly RevisionId[];
  readonly message: string;
  readonly dependsOn: readonly string[];
  readonly branchLabels: readonly string[];
  readonly noTransaction: boolean;
  readonly irreversible: string | undefined;
  readonly headerLines: Readonly<Record<string, number>>;
}

export const HEADER_NAMES = [
  'revision',
  'revises',
  'message',
  'depends-on',
  'branch-label',
  'no-transaction',
  'irreversible',
] as const;

type HeaderName = (typeof HEADER_NAMES)[number];

/** One fault: `Found <found>; expected <expected>.`, and what to do about it. */
export interface RevisionFault {
  readonly line: number;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
}

export type ReportFault = (fault: RevisionFault) => void;

/** What revises says for the first revision of a history. */
export const BASE_PARENT = '(base)';

/** The headers, or undefined when a required one is missing or broken (and was reported). */
export function readHeaders(
  markers: readonly RevisionMarker[],
  prefix: string,
  report: ReportFault,
): RevisionHeaders | undefined {
  const found = collectHeaders(markers, report);
  const required = (name: HeaderName, sample: string) => {
    if (found.has(name)) return;
    const sampleLine = `"${prefix} plinth:${name} ${sample}"`;
    const hint = `Add the line ${sampleLine} at the top.`;
    report({ line: 1, found: `no header "${name}"`, expected: `the line ${sampleLine}`, hint });
  };
  required('revision', '<id>');
  required('revises', '<id>');
  required('message', '<text>');

  const [id] = readIds(found.get('revision'), 1, report) ?? [];
  const revisesBase = found.get('revises')?.value === BASE_PARENT;
  const revises = revisesBase ? [] : readIds(found.get('revises'), undefined, report);
  const dependsOn = readIds(found.get('depends-on'), undefined, report);
  const branchLabels = readIds(found.get('branch-label'), undefined, report);
  const message = found.get('message')?.value;
  if (id === undefined || revises === undefined || message === undefined) return undefined;
  return {
    id,
    revises,
    message,
    dependsOn: dependsOn ?? [],
    branchLabels: branchLabels ?? [],
    noTransaction: found.has('no-transaction'),
    irreversible: found.get('irreversible')?.value,
    headerLines: Object.fromEntries([...found].map(([name, { line }]) => [name, line])),
  };
}

function collectHeaders(
  markers: readonly RevisionMarker[],
  report: ReportFault,
): ReadonlyMap<HeaderName, RevisionMarker> {
  const found = new Map<HeaderName, RevisionMarker>();
  for (const marker of markers) {
    const name = HEADER_NAMES.find((known) => known === marker.name);
    if (name === undefined) {
      report({
        line: marker.line,
        found: `the unknown header "${marker.name}"`,
        expected: `one of ${HEADER_NAMES.join(', ')}`,
        hint: renameHint(marker.name),
      });
    } else if (found.has(name)) {
      report({
        line: marker.line,
        found: `a second header "${name}"`,
        expected: `one; the first is on line ${found.get(name)?.line}`,
        hint: `Keep one of the two "${name}" lines.`,
      });
    } else {
      found.set(name, marker);
      checkValue(name, marker, report);
    }
  }
  return found;
}

function renameHint(name: string): string {
  const [near] = nearMisses(name.toLowerCase(), HEADER_NAMES);
  return near === undefined
    ? 'Correct the name of the header, or remove the line.'
    : `Write "${near}" if it was meant, or remove the line.`;
}

function checkValue(name: HeaderName, marker: RevisionMarker, report: ReportFault): void {
  const empty = marker.value === '';
  if (name === 'no-transaction') {
    if (empty) return;
    report({
      line: marker.line,
      found: `the value "${marker.value}" for "${name}"`,
      expected: 'no value',
      hint: `Remove everything behind "${name}".`,
    });
  } else if (empty) {
    report({
      line: marker.line,
      found: `the header "${name}" without a value`,
      expected: 'a value',
      hint: `Write a value behind "${name}", or remove the line.`,
    });
  }
}

// An absent or empty header yields undefined; that fault is reported where it is found.
function readIds(
  marker: RevisionMarker | undefined,
  most: number | undefined,
  report: ReportFault,
): readonly RevisionId[] | undefined {
  if (marker === undefined || marker.value === '') return undefined;
  const ids: RevisionId[] = [];
  const parts = most === 1 ? [marker.value] : marker.value.split(',').map((part) => part.trim());
  for (const part of parts) {
    if (!isRevisionId(part)) {
      report({
        line: marker.line,
        found: `"${part}" for "${marker.name}"`,
        expected: `letters, digits, "_" and "-", and none of ${RESERVED_IDENTIFIERS.join(', ')}`,
        hint:
          marker.name === 'revises'
            ? `Write the ids of its parents, or ${BASE_PARENT} for none.`
            : `Correct the value of "${marker.name}".`,
      });
    } else if (ids.includes(part)) {
      report({
        line: marker.line,
        found: `"${part}" twice for "${marker.name}"`,
        expected: 'each once',
        hint: `Remove the second "${part}".`,
      });
    } else {
      ids.push(part);
    }
  }
  return ids.length === parts.length ? ids : undefined;
}
