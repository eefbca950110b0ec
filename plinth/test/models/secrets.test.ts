// Columns for secrets as models: their DDL, what they are bound to, and what is refused.

import {
  alias,
  integer,
  pgSchema,
  pgTable,
  primaryKey,
  text,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { isPlinthError, type PlinthError } from '../../src/errors/index.js';
import {
  bindSecret,
  blindIndex,
  collectSecrets,
  dataKeyTable,
  emitModels,
  encrypted,
  nameTable,
} from '../../src/models/index.js';

const tenantId = () => varchar('tenant_id', { length: 100 }).notNull();

function ddl(exports: Readonly<Record<string, unknown>>): string {
  return emitModels([{ file: 'models.ts', exports }])
    .map(({ sql }) => sql)
    .join(';\n');
}

function refusal(work: () => unknown): PlinthError {
  try {
    work();
  } catch (error) {
    if (isPlinthError(error)) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

const inSchema = pgSchema('vault').table('notes', {
  id: uuid('id').primaryKey(),
  tenantId: tenantId(),
  body: encrypted('body').notNull(),
});

describe('columns for secrets', () => {
  it('are text', () => {
    const notes = pgTable('notes', {
      id: uuid('id').primaryKey(),
      tenantId: tenantId(),
      body: encrypted('body').notNull(),
      mail: encrypted('mail'),
      mailIndex: blindIndex('mail_index', { of: 'mail' }),
    });
    expect(ddl({ notes })).toContain('body text NOT NULL,\n    mail text,\n    mail_index text,');
  });

  it('are bound to table and column, and to the key without the tenant', () => {
    const letters = pgTable(
      'letters',
      {
        tenantId: tenantId(),
        box: text('box'),
        number: integer('number'),
        body: encrypted('body'),
      },
      (table) => [primaryKey({ columns: [table.tenantId, table.box, table.number] })],
    );
    const { context, row, tenant } = bindSecret(letters.body);
    expect({ context, tenant: tenant.name }).toEqual({
      context: 'letters.body',
      tenant: 'tenant_id',
    });
    expect(row.map(({ column }) => column.name)).toEqual(['box', 'number']);
    expect(bindSecret(inSchema.body).context).toBe('vault.notes.body');
    expect(nameTable(inSchema)).toBe('vault.notes');
  });

  it('are bound as they are told', () => {
    const notes = pgTable('notes_2', {
      id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
      code: uuid('code').notNull(),
      owner: text('owner').notNull(),
      body: encrypted('body', { context: 'notes.body', tenant: 'owner', row: ['code'] }),
    });
    const { context, row, tenant, key } = bindSecret(notes.body);
    expect({ context, tenant: tenant.name }).toEqual({ context: 'notes.body', tenant: 'owner' });
    expect(row).toEqual([{ column: notes.code, isUuid: true }]);
    expect(key).toEqual([notes.id]);
  });

  it('are bound to the tenant where it has one row', () => {
    const settings = pgTable('settings', {
      tenantId: varchar('tenant_id').primaryKey(),
      token: encrypted('token'),
    });
    expect(bindSecret(settings.token).row.map(({ column }) => column.name)).toEqual(['tenant_id']);
  });

  it.each([
    [
      'without a tenant',
      pgTable('a', { id: uuid('id').primaryKey(), value: encrypted('value') }),
      'tenant_id',
    ],
    [
      'without a key',
      pgTable('b', { tenantId: tenantId(), value: encrypted('value') }),
      'primary key',
    ],
    [
      'in an array',
      pgTable('c', {
        id: uuid('id').primaryKey(),
        tenantId: tenantId(),
        value: encrypted('value').array(),
      }),
      'array',
    ],
    [
      'indexed by a column of text',
      pgTable('d', {
        id: uuid('id').primaryKey(),
        tenantId: tenantId(),
        value: text('value'),
        index: blindIndex('index', { of: 'value' }),
      }),
      'not encrypted',
    ],
    [
      'of a row that is not there',
      pgTable('e', {
        id: uuid('id').primaryKey(),
        tenantId: tenantId(),
        value: encrypted('value', { row: ['code'] }),
      }),
      'code',
    ],
  ])('are refused %s', (_, table, said) => {
    const { code, message } = refusal(() =>
      collectSecrets([{ file: 'models.ts', exports: { table } }]),
    );
    expect(code).toBe('SECRET_COLUMN_INVALID');
    expect(message).toContain(said);
  });

  it('are refused by an alias, which has another name', () => {
    const { code } = refusal(() => bindSecret(alias(inSchema, 'other').body));
    expect(code).toBe('SECRET_COLUMN_INVALID');
  });

  it('take no default, which would be a plaintext', () => {
    const notes = pgTable('notes_3', {
      id: uuid('id').primaryKey(),
      tenantId: tenantId(),
      body: encrypted('body').default(JSON.parse('"hello"')),
    });
    expect(refusal(() => ddl({ notes })).code).toBe('MODELS_INVALID');
  });
});

describe('the table of data keys', () => {
  it('is isolated, and has one current key for a tenant', () => {
    const written = ddl({ dataKeys: dataKeyTable() });
    expect(written).toContain('FORCE ROW LEVEL SECURITY');
    expect(written).toContain('CREATE POLICY tenant_isolation_policy ON public.data_keys');
    expect(written).toMatch(/CREATE UNIQUE INDEX data_keys_current .*WHERE .*retired_at.* IS NULL/);
    expect(written).toMatch(/TO app_user$/m);
  });

  it('is found among models, under any name, and however it was made', () => {
    const own = dataKeyTable({ name: 'wrapped_keys', role: 'somebody' });
    const other = pgTable('other', { id: uuid('id').primaryKey(), tenantId: tenantId() });
    const found = collectSecrets([{ file: 'models.ts', exports: { own, other, inSchema } }]);
    expect(found.dataKeys).toEqual([own]);
    expect(found.bindings.map(({ place }) => place)).toEqual(['vault.notes.body']);
  });
});
