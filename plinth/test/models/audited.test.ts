// Audited tables and their log as models: what is written for them, and what is refused.

import {
  integer,
  json,
  numeric,
  pgSchema,
  pgTable,
  text,
  timestamp,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { isPlinthError, type PlinthError } from '../../src/errors/index.js';
import {
  audited,
  auditTable,
  base,
  collectAuditLogs,
  emitModels,
  encrypted,
} from '../../src/models/index.js';

const tenantId = () => varchar('tenant_id', { length: 100 }).notNull();

/** All statements; the quotes in bodies of functions are not doubled. */
function ddl(exports: Readonly<Record<string, unknown>>): string {
  return emitModels([{ file: 'models.ts', exports }])
    .map(({ sql }) => sql)
    .join(';\n')
    .replaceAll("''", "'");
}

function refusal(exports: Readonly<Record<string, unknown>>): PlinthError {
  try {
    ddl(exports);
  } catch (error) {
    if (isPlinthError(error)) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('audited()', () => {
  it('returns the table it was given', () => {
    const table = pgTable('t', { id: integer('id').primaryKey(), tenantId: tenantId() });
    expect(audited(table)).toBe(table);
  });

  it('compares what it is safe to compare, and the images of all else', () => {
    const table = audited(
      pgTable('t', {
        id: integer('id').primaryKey(),
        tenantId: tenantId(),
        at: timestamp('at', { withTimezone: true }),
        amount: numeric('amount'),
        data: json('data'),
        double: integer('double').generatedAlwaysAs(2),
        updatedAt: timestamp('updated_at'),
      }),
    );
    const written = ddl({ log: auditTable(), table });
    expect(written).toContain(`NEW.at IS DISTINCT FROM OLD.at THEN 'at'`);
    expect(written).toContain(
      `NEW.tenant_id COLLATE "C" IS DISTINCT FROM OLD.tenant_id COLLATE "C"`,
    );
    for (const column of ['amount', 'data']) {
      expect(written).toContain(
        `ROW(NEW.${column})::record OPERATOR(pg_catalog.*<>) ROW(OLD.${column})::record`,
      );
    }
    expect(written).not.toContain('extra_float_digits');
    expect(written).not.toMatch(/NEW\.(double|updated_at)/);
  });

  it('records values of columns that the third argument of a table names', () => {
    const columns = { id: integer('id').primaryKey(), tenantId: tenantId(), name: text('name') };
    const table = pgTable('t', columns, (t) => [audited(t, { values: [t.name] })]);
    expect(ddl({ log: auditTable(), table })).toContain(
      `jsonb_build_object('name', jsonb_build_object(`,
    );
  });

  it('names the schema of a table, and of the function of its trigger', () => {
    const vault = pgSchema('vault');
    const table = audited(
      vault.table('T', { id: uuid('id').primaryKey(), owner: uuid('owner').notNull() }),
      { column: 'owner' },
    );
    const written = ddl({ log: auditTable(), table });
    expect(written).toContain('CREATE FUNCTION vault."T_audit"()');
    expect(written).toContain(`new_tenant := NEW.owner::text`);
  });

  it('writes into the log that it is given', () => {
    const log = auditTable({ name: 'trail' });
    const table = audited(pgTable('t', { ...base(), tenantId: tenantId() }), { log });
    const written = ddl({ log, table });
    expect(written).toContain('CREATE TABLE public.trail_chains');
    expect(written).toContain('PERFORM public.trail_append(');
    expect(collectAuditLogs([{ file: 'models.ts', exports: { log, table } }])).toEqual([log]);
  });

  const other = pgTable('other', { id: integer('id').primaryKey(), name: text('name') });
  const plain = () => pgTable('t', { id: integer('id').primaryKey(), tenantId: tenantId() });
  const secret = pgTable('t', {
    id: integer('id').primaryKey(),
    tenantId: tenantId(),
    secret: encrypted('secret'),
  });

  it('refuses a log that no file exports', () => {
    const log = auditTable({ name: 'trail' });
    expect(refusal({ other: auditTable(), table: audited(plain(), { log }) })).toMatchObject({
      code: 'MODELS_INVALID',
      message: 'models.ts: table: public.t is audited in public.trail, which no file exports',
      hint: 'Export what auditTable() makes, and name it: audited(table, { log }).',
    });
  });

  it('refuses a table that is audited twice', () => {
    const log = auditTable();
    expect(refusal({ log, table: audited(audited(plain())) })).toMatchObject({
      code: 'MODELS_INVALID',
      message: 'models.ts: table: public.t is audited twice',
    });
  });

  it.each([
    [
      'no tenant',
      audited(pgTable('t', { id: integer('id').primaryKey() })),
      /by tenant_id and has no such column/,
    ],
    [
      'no primary key',
      audited(pgTable('t', { tenantId: tenantId(), name: text('name') })),
      /has no primary key/,
    ],
    [
      'values of an encrypted column',
      audited(secret, { values: [secret.secret] }),
      /with values of secret, which is for secrets/,
    ],
    [
      'values of another table',
      audited(plain(), { values: [other.name] }),
      /public\.t is audited with values of name, a column of other$/,
    ],
    ['rows of an audit log', audited(auditTable()), /public\.audit_log .*every row would make/],
    [
      'rows of another audit log',
      audited(auditTable({ name: 'trail' })),
      /public\.trail .*every row would make/,
    ],
    [
      'the name of the chains of its log',
      audited(pgTable('trail_chains', { id: integer('id').primaryKey(), tenantId: tenantId() }), {
        log: auditTable({ name: 'trail' }),
      }),
      /public\.trail_chains .*every row would make/,
    ],
  ])('refuses a table with %s', (_, table, message) => {
    const { code, message: said } = refusal({ table });
    expect(code).toBe('MODELS_INVALID');
    expect(said).toMatch(message);
  });
});

describe('auditTable()', () => {
  it.each(['', '6', 'six years', '0 days', '-1 years', `1 year'; DROP TABLE t`, '1 fortnight'])(
    'refuses to keep rows for %j',
    (keep) => {
      expect(refusal({ log: auditTable({ keep }) }).code).toBe('MODELS_INVALID');
    },
  );

  it('lets others read, and nobody write', () => {
    const written = ddl({ log: auditTable({ role: 'app', readers: ['support'] }) });
    const grants = written.split(';\n').filter((statement) => statement.startsWith('GRANT'));
    expect(grants.filter((grant) => /INSERT|UPDATE|DELETE|TRUNCATE|ALL/.test(grant))).toEqual([]);
    expect(grants).toContain('GRANT SELECT ON TABLE public.audit_log TO support');
    expect(grants).toContain('GRANT SELECT ON TABLE public.audit_chains TO app');
  });
});
