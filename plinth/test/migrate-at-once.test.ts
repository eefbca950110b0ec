// Short revisions that are handed over together: each is still a transaction of its own, told of,
// retried and stopped by itself.

import { type Engine, openEngine } from 'plinth';
import { downgrade, type MigrationProgress, status, upgrade } from 'plinth/migrate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { failureOf } from './support/failure-of.js';
import { type RevisionFolder, revisionFolder } from './support/revision-folder.js';

const server = useDatabase();

const COUNT = 12;
const ids = Array.from({ length: COUNT }, (_, index) => `r${String(index + 1).padStart(4, '0')}`);

/** Each notes its own run, so that one that ran twice would show. */
const revisions = ids.map((id, index) => ({
  id,
  upgrade: `${index === 0 ? 'CREATE TABLE ran (id text, at xid8 DEFAULT pg_current_xact_id());\n' : ''}INSERT INTO ran (id) VALUES ('${id}');`,
  downgrade: index === 0 ? 'DROP TABLE ran;' : `DELETE FROM ran WHERE id = '${id}';`,
}));

describe.each([
  { kind: 'server', url: () => server.url },
  { kind: 'embedded', url: () => 'pglite://memory' },
] as const)('short revisions on the $kind', ({ kind, url }) => {
  let engine: Engine;
  let history: RevisionFolder;

  beforeAll(async () => {
    engine = await openEngine({ url: url() });
  });

  afterAll(async () => {
    await engine.close();
  });

  beforeEach(async () => {
    await engine.query('DROP SCHEMA IF EXISTS plinth CASCADE');
    await engine.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    history = await revisionFolder(revisions);
  });

  afterEach(async () => {
    await history.remove();
  });

  const ran = async () => {
    const { rows } = await engine.query<{ id: string }>('SELECT id FROM ran ORDER BY at, id');
    return rows.map(({ id }) => id);
  };

  it('are each told of, in order, and each in a transaction of its own', async () => {
    const events: string[] = [];
    const { ran: outcomes } = await upgrade(engine, 'head', {
      revisions: history.folder,
      onProgress: (event) => {
        if ('revision' in event) events.push(`${event.kind} ${event.revision.id}`);
      },
    });
    expect(outcomes.map(({ id }) => id)).toEqual(ids);
    expect(events.slice(4)).toEqual(
      ids.slice(1).flatMap((id) => [`running ${id}`, `statement ${id}`, `finished ${id}`]),
    );
    const { rows } = await engine.query('SELECT count(DISTINCT at)::int AS n FROM ran');
    expect(rows).toEqual([{ n: COUNT }]);
    await downgrade(engine, 'base', { revisions: history.folder });
    const { rows: entries } = await engine.query(
      `SELECT revision FROM plinth.ledger WHERE direction = 'downgrade' ORDER BY entry`,
    );
    expect(entries.map(({ revision }) => revision)).toEqual(ids.toReversed());
  });

  it.each([2, 3, 7, 9, COUNT])('stay as far as they came when number %i fails', async (bad) => {
    const id = ids[bad - 1] ?? '';
    await history.write(
      { id, upgrade: `INSERT INTO ran (id) VALUES ('${id}');\nSELECT 1 / 0;` },
      ids[bad - 2],
    );
    const error = await failureOf(upgrade(engine, 'head', { revisions: history.folder }));
    expect(error.message).toContain(`upgrade of revision ${id} (about ${id}) was rolled back`);
    expect(error.message).toContain(`at ${history.pathOf(id)}:7`);
    expect(await ran()).toEqual(ids.slice(0, bad - 1));
    expect(await status(engine, { revisions: history.folder })).toMatchObject({
      state: 'pending',
      heads: [ids[bad - 2]],
    });
  });

  it.each(['running', 'statement', 'finished'])(
    'stop where a listener throws at %s, and the next run goes on',
    async (kindOfEvent) => {
      const stopped = upgrade(engine, 'head', {
        revisions: history.folder,
        onProgress: (event) => {
          if (event.kind === kindOfEvent && 'revision' in event && event.revision.id === ids[5]) {
            throw new Error('enough');
          }
        },
      });
      await expect(stopped).rejects.toThrow('enough');
      const { applied } = await status(engine, { revisions: history.folder });
      expect(await ran()).toEqual(applied);
      await upgrade(engine, 'head', { revisions: history.folder });
      expect(await ran()).toEqual(ids);
    },
  );

  // The embedded database has one session, and nobody who could hold a lock.
  if (kind === 'embedded') return;

  it('are begun again where one could not get its lock', async () => {
    await upgrade(engine, '+1', { revisions: history.folder });
    await engine.query('CREATE TABLE held ()');
    const [, , , , , sixth = ''] = ids;
    await history.write(
      { id: sixth, upgrade: `LOCK TABLE held;\nINSERT INTO ran (id) VALUES ('${sixth}');` },
      ids[4],
    );
    const events: MigrationProgress[] = [];
    await engine.withConnection(async (holder) => {
      await holder.query('BEGIN; LOCK TABLE held');
      await upgrade(engine, 'head', {
        revisions: history.folder,
        statementLockTimeout: 0.2,
        onProgress: (event) => {
          events.push(event);
          if (event.kind === 'retrying') void holder.query('COMMIT');
        },
      });
    });
    expect(events.filter((event) => event.kind === 'retrying')).toMatchObject([
      { revision: { id: sixth }, text: 'LOCK TABLE held' },
    ]);
    expect(await ran()).toEqual(ids);
  });
});
