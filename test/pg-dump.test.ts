// The judge itself: pg_dump is found, reads a server of its major, and its text is comparable.

import { openEngine } from 'plinth';
import { createDatabase, startPostgres } from 'plinth/testing';
import { describe, expect, it } from 'vitest';
import {
  dumpSchema,
  findPgDump,
  majorOf,
  normalizeDump,
  systemBinDirs,
} from './support/pg-dump.js';

describe('normalizeDump', () => {
  it('drops versions and random tokens, and nothing else', () => {
    const dump = [
      '-- PostgreSQL database dump',
      '\\restrict 9hYbz',
      '-- Dumped from database version 18.4',
      '-- Dumped by pg_dump version 18.4',
      'CREATE TABLE t ();',
      '\\unrestrict 9hYbz',
    ].join('\n');
    expect(normalizeDump(dump)).toBe('-- PostgreSQL database dump\nCREATE TABLE t ();');
  });
});

describe('findPgDump', () => {
  it('finds none for a major that does not exist yet', async () => {
    expect(await findPgDump(999)).toBeUndefined();
  });
});

describe.each(systemBinDirs())('the server in %s', (binDir) => {
  it('is read by a pg_dump at hand', async () => {
    await using server = await startPostgres({ binDir });
    const pgDump = await findPgDump(majorOf(server.version));
    expect(pgDump).toBeDefined();
    const { url } = await createDatabase(server.url);
    const empty = await dumpSchema(pgDump ?? '', url);
    await using engine = await openEngine({ url });
    await engine.query('CREATE TABLE judged (id int)');
    const changed = await dumpSchema(pgDump ?? '', url);
    expect(changed).toContain('CREATE TABLE public.judged');
    await engine.query('DROP TABLE judged');
    expect(await dumpSchema(pgDump ?? '', url)).toBe(empty);
  });
});
