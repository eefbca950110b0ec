// A folder of revision files for one test, written from a few words each.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RevisionText {
  readonly id: string;
  /** Default: the revision before it in the list, or the base. */
  readonly revises?: string;
  readonly upgrade: string;
  readonly downgrade?: string;
  /** Further header lines, without their `-- plinth:`. */
  readonly headers?: readonly string[];
}

export interface RevisionFolder {
  readonly folder: string;
  /** Path of a revision's file. */
  pathOf(id: string): string;
  write(revision: RevisionText, parent?: string): Promise<void>;
  remove(): Promise<void>;
}

/** Writes each revision on top of the one before it. */
export async function revisionFolder(revisions: readonly RevisionText[]): Promise<RevisionFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-revisions-'));
  const pathOf = (id: string) => join(folder, `${id}.sql`);
  const write = (revision: RevisionText, parent = '(base)') =>
    writeFile(pathOf(revision.id), revisionText(revision, parent));
  for (const [index, revision] of revisions.entries()) {
    await write(revision, revisions[index - 1]?.id);
  }
  return { folder, pathOf, write, remove: () => rm(folder, { recursive: true, force: true }) };
}

function revisionText(revision: RevisionText, parent: string): string {
  const { id, revises = parent, headers = [], upgrade, downgrade = '' } = revision;
  return [
    `-- plinth:revision ${id}`,
    `-- plinth:revises ${revises}`,
    `-- plinth:message about ${id}`,
    ...headers.map((header) => `-- plinth:${header}`),
    '',
    '-- plinth:upgrade',
    upgrade,
    '',
    '-- plinth:downgrade',
    downgrade,
    '',
  ].join('\n');
}
