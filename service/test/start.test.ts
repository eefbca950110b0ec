import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectSocket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'plinth';
import { expect, it, vi } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { readSettings } from '../src/settings.js';
import { startService } from '../src/start.js';

const database = useDatabase();

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? String(address?.port) : '';
}

const start = (environment: Record<string, string>) =>
  startService(readSettings({ LOG_LEVEL: 'silent', PORT: '0', ...environment }));

it('leaves nothing open when the server will not say what it is', async () => {
  const db = await connect({ url: database.url });
  await db.engine.query(`
    CREATE FUNCTION current_setting(text) RETURNS text LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'not told'; END $$;
    ALTER DATABASE "${database.name}" SET search_path = public, pg_catalog`);
  await db.close();
  const port = await freePort();
  await expect(start({ DATABASE_URL: database.url, PORT: port })).rejects.toThrow('not told');
  const socket = connectSocket(Number(port), '127.0.0.1');
  const [error] = await once(socket, 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
});

it('leaves nothing open when it is abandoned before it begins', async () => {
  const settings = readSettings({ DATABASE_URL: database.url, PORT: '0' });
  const signal = AbortSignal.abort(new Error('abandoned'));
  await expect(startService(settings, signal)).rejects.toThrow('abandoned');
});

it('closes the database although the application cannot be closed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-start-'));
  const url = `pglite://${join(folder, 'data')}`;
  const service = await start({ DATABASE_URL: url });
  vi.spyOn(service.app.lifecycle, 'shutDown').mockRejectedValue(new Error('will not close'));
  await expect(service.stop()).rejects.toThrow('will not close');
  // A folder is open once at a time.
  await (await connect({ url })).close();
  vi.restoreAllMocks();
  await service.app.close();
  rmSync(folder, { recursive: true });
});

it('warns of requests that were cut off', async () => {
  const service = await start({ DATABASE_URL: 'pglite://memory' });
  const warn = vi.spyOn(service.app.log, 'warn');
  vi.spyOn(service.app.lifecycle, 'shutDown').mockImplementation(async () => {
    await service.app.close();
    return { cutOff: 2 };
  });
  await service.stop();
  expect(warn).toHaveBeenCalledExactlyOnceWith({ cutOff: 2 }, expect.stringContaining('cut off'));
});
