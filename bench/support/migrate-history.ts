// One history, written as each tool of the benchmark wants it: small steps as a project makes them,
// a table, a column, an index, a few rows, and again.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The statements of each step; a downgrade is never run here. */
export type History = readonly (readonly string[])[];

/** Where each tool finds the history. */
export interface HistoryFolders {
  readonly plinth: string;
  readonly nodePgMigrate: string;
  readonly knex: string;
  readonly drizzle: string;
}

const BREAKPOINT = '\n--> statement-breakpoint\n';

export function migrateHistory(length: number): History {
  return Array.from({ length }, (_, number) => statementsOf(number));
}

function statementsOf(number: number): readonly string[] {
  const item = `item_${Math.floor(number / 4)}`;
  switch (number % 4) {
    case 0:
      return [
        `CREATE TABLE ${item} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);`,
      ];
    case 1:
      return [`ALTER TABLE ${item} ADD COLUMN amount numeric(12, 2) NOT NULL DEFAULT 0;`];
    case 2:
      return [`CREATE INDEX ${item}_name_idx ON ${item} (name);`];
    default:
      return ['first', 'second', 'third'].map(
        (name) => `INSERT INTO ${item} (name, amount) VALUES ('${name}', 1);`,
      );
  }
}

/** Writes the history in every form, each into a folder of its own below this one. */
export function writeHistory(folder: string, history: History): HistoryFolders {
  const folders = {
    plinth: join(folder, 'plinth'),
    nodePgMigrate: join(folder, 'node-pg-migrate'),
    knex: join(folder, 'knex'),
    drizzle: join(folder, 'drizzle'),
  };
  writeRevisions(folders.plinth, history);
  mkdirSync(folders.nodePgMigrate);
  mkdirSync(folders.knex);
  mkdirSync(join(folders.drizzle, 'meta'), { recursive: true });
  for (const [number, statements] of history.entries()) {
    const name = `${17_000_000_000_000 + number}_step`;
    const sql = statements.join('\n');
    writeFileSync(
      join(folders.nodePgMigrate, `${name}.sql`),
      `-- Up Migration\n${sql}\n-- Down Migration\n`,
    );
    writeFileSync(join(folders.knex, `${name}.cjs`), knexModule(statements));
    writeFileSync(join(folders.drizzle, `${name}.sql`), statements.join(BREAKPOINT));
  }
  writeFileSync(join(folders.drizzle, 'meta', '_journal.json'), drizzleJournal(history.length));
  return folders;
}

/** Writes the history as revisions alone; creates the folder. */
export function writeRevisions(folder: string, history: History): void {
  mkdirSync(folder, { recursive: true });
  for (const [number, statements] of history.entries()) {
    const id = revisionId(number);
    const parent = number === 0 ? '(base)' : revisionId(number - 1);
    const date = `20260101_${String(number).padStart(5, '0')}`;
    writeFileSync(
      join(folder, `${date}_${id}_step.sql`),
      `-- plinth:revision ${id}
-- plinth:revises ${parent}
-- plinth:message step ${number}

-- plinth:upgrade
${statements.join('\n')}

-- plinth:downgrade
`,
    );
  }
}

/** Spread over all digits, as random ids are: a prefix of four is shared by few. */
export function revisionId(number: number): string {
  // An odd factor reaches each of the 2^48 ids once.
  return BigInt.asUintN(48, BigInt(number + 1) * 0x9e37_79b9_7f4bn)
    .toString(16)
    .padStart(12, '0');
}

function knexModule(statements: readonly string[]): string {
  const calls = statements.map((text) => `  await knex.raw(${JSON.stringify(text)});`);
  return `exports.up = async (knex) => {\n${calls.join('\n')}\n};\nexports.down = async () => {};\n`;
}

function drizzleJournal(length: number): string {
  const entries = Array.from({ length }, (_, idx) => {
    const when = 17_000_000_000_000 + idx;
    return { idx, version: '7', when, tag: `${when}_step`, breakpoints: true };
  });
  return JSON.stringify({ version: '7', dialect: 'postgresql', entries });
}
