// Reads the names of a project's revisions for tab completion: from the tops of their files, and
// without running the configuration. It may miss what a configuration computes; it decides nothing.

import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export interface RevisionGlance {
  readonly id: string;
  readonly message: string;
  readonly branchLabels: readonly string[];
}

/** Headers stand at the top: more than these bytes of them are unusual. */
const TOP_BYTES = 1024;

const CONFIG_FILE = /^plinth\.config\.m?[jt]s$/;
const REVISION_FILE = /^[^.].*\.(?:sql|m?[jt]s)$/;

/** Newest file first; empty where nothing can be read. */
export function glanceAtRevisions(
  folder: string,
  config: string | undefined,
): readonly RevisionGlance[] {
  const revisions = revisionsFolder(folder, config);
  if (revisions === undefined) return [];
  const names = namesIn(revisions).filter((name) => REVISION_FILE.test(name));
  return names
    .sort()
    .reverse()
    .flatMap((name) => readHeaders(topOf(join(revisions, name))));
}

function revisionsFolder(folder: string, config: string | undefined): string | undefined {
  const path = config === undefined ? findConfig(folder) : resolve(folder, config);
  if (path === undefined) return undefined;
  const [, , named = './revisions'] =
    /^\s*revisions\s*:\s*(['"`])(.+?)\1/m.exec(readIfThere(path)) ?? [];
  return resolve(dirname(path), named);
}

function findConfig(folder: string): string | undefined {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const name = namesIn(current).find((entry) => CONFIG_FILE.test(entry));
    if (name !== undefined) return join(current, name);
    if (dirname(current) === current) return undefined;
  }
}

function readHeaders(top: string): readonly RevisionGlance[] {
  const headers = new Map<string, string>();
  for (const [, name = '', value = ''] of top.matchAll(
    /^(?:--|\/\/)[ \t]*plinth:(revision|message|branch-label)[ \t]+(.*?)[ \t\r]*$/gm,
  )) {
    headers.set(name, value);
  }
  const id = headers.get('revision');
  if (id === undefined) return [];
  const labels = headers.get('branch-label')?.split(/\s*,\s*/) ?? [];
  return [{ id, message: headers.get('message') ?? '', branchLabels: labels }];
}

function topOf(path: string): string {
  const buffer = Buffer.alloc(TOP_BYTES);
  try {
    const file = openSync(path, 'r');
    try {
      return buffer.toString('utf8', 0, readSync(file, buffer));
    } finally {
      closeSync(file);
    }
  } catch {
    // Somebody who presses Tab is not told of files that cannot be read.
    return '';
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
