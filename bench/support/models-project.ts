// A project of many models with a long history, for Plinth and for drizzle-kit alike: the same
// tables as Drizzle models and as the SQL of revisions.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ModelsProject {
  readonly tables: number;
  /** Each creates an equal part of the tables. */
  readonly revisions: number;
}

/** Writes plinth.config.ts, drizzle.config.ts, schema.ts and the revisions into a folder. */
export function writeProject(folder: string, { tables, revisions }: ModelsProject): void {
  const history = join(folder, 'revisions');
  mkdirSync(history, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  writeFileSync(
    join(folder, 'plinth.config.ts'),
    `export default { url: 'pglite://memory', revisions: './revisions', schema: ['./schema.ts'] };\n`,
  );
  writeFileSync(
    join(folder, 'drizzle.config.ts'),
    `export default { dialect: 'postgresql', schema: './schema.ts', out: './drizzle' };\n`,
  );
  writeModels(folder, tables, false);
  const share = Math.ceil(tables / revisions);
  for (let number = 0; number < revisions; number += 1) {
    const numbers = Array.from({ length: share }, (_, index) => number * share + index);
    const own = numbers.filter((table) => table < tables);
    writeFileSync(join(history, `${idOf(number)}_tables.sql`), revisionText(number, own));
  }
}

/** @param changed Whether every tenth table has a column and an index that no revision has made. */
export function writeModels(folder: string, tables: number, changed: boolean): void {
  const numbers = Array.from({ length: tables }, (_, number) => number);
  const models = numbers.map((number) => modelText(number, changed && number % 10 === 0));
  writeFileSync(
    join(folder, 'schema.ts'),
    `import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, numeric, pgTable, text, timestamp, varchar } from 'drizzle-orm/pg-core';
${models.join('')}`,
  );
}

function modelText(number: number, changed: boolean): string {
  const owner = Math.max(number - 1, 0);
  return `
export const item${number} = pgTable('item_${number}', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  ownerId: bigint('owner_id', { mode: 'number' })${number === 0 ? '' : `.references(() => item${owner}.id)`},
  name: varchar('name', { length: 100 }).notNull(),
  amount: numeric('amount', { precision: 12, scale: 2 }).default(sql\`0\`),
  isOpen: boolean('is_open').notNull().default(true),
  note: text('note'),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
${changed ? `  label: text('label'),\n` : ''}}, (t) => [
  index('item_${number}_owner_idx').on(t.ownerId),
  index('item_${number}_name_idx').on(t.name),
${changed ? `  index('item_${number}_label_idx').on(t.label),\n` : ''}  check('item_${number}_amount_check', sql\`\${t.amount} >= 0\`),
]);
`;
}

function revisionText(number: number, tables: readonly number[]): string {
  const parent = number === 0 ? '(base)' : idOf(number - 1);
  return `-- plinth:revision ${idOf(number)}
-- plinth:revises ${parent}
-- plinth:message tables of step ${number}

-- plinth:upgrade
${tables.map(tableText).join('\n')}
-- plinth:downgrade
${tables
  .toReversed()
  .map((table) => `DROP TABLE item_${table};`)
  .join('\n')}
`;
}

function tableText(number: number): string {
  const reference =
    number === 0
      ? ''
      : `,\n  CONSTRAINT item_${number}_owner_id_item_${number - 1}_id_fk FOREIGN KEY (owner_id) REFERENCES item_${number - 1} (id)`;
  return `CREATE TABLE item_${number} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  owner_id bigint,
  name varchar(100) NOT NULL,
  amount numeric(12, 2) DEFAULT 0,
  is_open boolean NOT NULL DEFAULT true,
  note text,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT item_${number}_amount_check CHECK (amount >= 0)${reference}
);
CREATE INDEX item_${number}_owner_idx ON item_${number} (owner_id);
CREATE INDEX item_${number}_name_idx ON item_${number} (name);
`;
}

function idOf(number: number): string {
  return number.toString(16).padStart(12, '0');
}
