// Copies of the service's revisions, for what happens where files and database differ.

import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REVISIONS_FOLDER } from '../../src/start.js';

/** Copies the revisions into a new folder, edited; whoever asks removes it. */
export function copyRevisions(edit: (sql: string) => string = (sql) => sql): string {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-revisions-'));
  cpSync(REVISIONS_FOLDER, folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    writeFileSync(path, edit(readFileSync(path, 'utf8')));
  }
  return folder;
}
