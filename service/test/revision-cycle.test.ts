// The service's history, forward, back and forward again on a real server: the schema must be the
// same, as pg_dump sees it where one is at hand, and as the catalogs say in any case.

import { type Engine, openEngine } from 'plinth';
import { downgrade, upgrade } from 'plinth/migrate';
import { startPostgres } from 'plinth/testing';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { dumpSchema, findPgDump, majorOf, systemBinDirs } from '../../test/support/pg-dump.js';
import { DATABASES } from './support/service.js';
import { EXTENSIONS, upgradeService } from './support/upgraded-database.js';

const database = useDatabase();

/** Everything of the public schema that a person would notice, as one text. */
async function describeSchema(engine: Engine): Promise<string> {
  const { rows } = await engine.query<{ line: string }>(`
    SELECT 'column ' || attrelid::regclass || '.' || attname || ' ' ||
           format_type(atttypid, atttypmod) || ' ' || attnotnull || ' ' || attidentity::text || ' ' ||
           coalesce(pg_get_expr(adbin, adrelid), '') AS line
      FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      JOIN pg_class ON pg_class.oid = attrelid
     WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'function ' || pg_get_functiondef(pg_proc.oid)
      FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
     WHERE pronamespace = 'public'::regnamespace AND lanname <> 'c' AND prokind = 'f'
    ORDER BY line`);
  return rows.map(({ line }) => line).join('\n');
}

async function cycle(url: string, describeNow: (engine: Engine) => Promise<string>) {
  const engine = await openEngine({ url, ...EXTENSIONS, poolSize: 1 });
  try {
    const { revisions } = await upgradeService({ engine });
    const first = await describeNow(engine);
    const { ran } = await downgrade(engine, 'base', { revisions });
    expect(ran).toHaveLength(revisions.revisions.length);
    const bare = await describeNow(engine);
    await upgrade(engine, 'head', { revisions });
    return { first, bare, second: await describeNow(engine) };
  } finally {
    await engine.close();
  }
}

describe('upgrade, downgrade base, upgrade', () => {
  it.each(DATABASES)('leaves the same catalogs, and nothing at the base: %s', async (kind) => {
    const url = kind === 'server' ? database.url : 'pglite://memory';
    const { first, bare, second } = await cycle(url, describeSchema);
    // The server from npm has no pgvector.
    if (kind === 'embedded') expect(first).toContain('USING hnsw');
    expect(first).toContain('index CREATE INDEX idx_tasks_created_at');
    expect(first).toContain('check_title_length');
    expect(bare).toBe('');
    expect(second).toBe(first);
  });

  it('leaves the same schema in the eyes of pg_dump', async ({ annotate }) => {
    // A pg_dump reads servers of its own major and older ones; the server from npm may be newer.
    const binDir = systemBinDirs()[0];
    if (binDir === undefined) {
      await annotate(
        'No PostgreSQL of the system’s packages here, so no pg_dump judged.',
        'warning',
      );
      return;
    }
    await using server = await startPostgres({ binDir });
    const pgDump = await findPgDump(majorOf(server.version));
    if (pgDump === undefined) throw new Error(`${binDir} has a server and no pg_dump`);
    const { first, bare, second } = await cycle(server.url, () => dumpSchema(pgDump, server.url));
    expect(first).toContain('CREATE TABLE public.tasks');
    expect(bare).not.toContain('public.');
    expect(second).toBe(first);
  });
});
