// The proof: a revision that does not lead where it should is not written, and the SQL that it
// lacks is said.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useServer } from '../../test/support/database.js';
import { CliProject, type Run } from './support/cli-project.js';

const own = useServer();
let project: CliProject;

beforeEach(async () => {
  project = await CliProject.create({ scratchUrl: own.server.url });
});

afterEach(async () => {
  await project[Symbol.asyncDispose]();
});

/** Has a template put a statement into each direction, and writes a revision for a new table. */
async function generate(up: string, down: string, ...flags: readonly string[]): Promise<Run> {
  const revisionTemplate = `{headers}\n\n-- plinth:upgrade\n{upgrade}\n${up}\n\n-- plinth:downgrade\n${down}\n{downgrade}\n`;
  await project.configure({ scratchUrl: own.server.url, revisionTemplate });
  await project.write('schema/tables.sql', 'CREATE TABLE a (id int);\nCREATE TABLE b (id int);');
  return await project.plinth(['revision', '--autogenerate', '-m', 'change', ...flags]);
}

/** Where the scratch stands when the proof begins: after a replay, or where the models are. */
const PLACES = ['replayed', 'kept'] as const;

async function begin(place: (typeof PLACES)[number]): Promise<void> {
  await project.write('schema/tables.sql', 'CREATE TABLE a (id int);');
  const { status } = await project.plinth(['revision', '--autogenerate', '-m', 'first']);
  expect(status).toBe(0);
  // What was proved is kept: without the cache the history is replayed.
  if (place === 'replayed') await project.remove('cache');
}

describe.each(PLACES)('a history that is %s', (place) => {
  it.each([
    [
      'an upgrade that does too much',
      'CREATE TABLE extra ();',
      'DROP TABLE IF EXISTS extra;',
      'the upgrade of the new revision does not lead to the models; what is missing:\nDROP TABLE public.extra;',
    ],
    [
      'an upgrade that does too little',
      'ALTER TABLE b DROP COLUMN id;',
      '',
      'the upgrade of the new revision does not lead to the models; what is missing:\nALTER TABLE public.b ADD COLUMN id integer;',
    ],
    [
      'a downgrade that does too much',
      '',
      'DROP TABLE a;',
      'the downgrade of the new revision does not lead to where it came from; what is missing:\nCREATE TABLE public.a (',
    ],
    [
      'a downgrade that does too little',
      'CREATE VIEW v AS SELECT 1 AS one; DROP VIEW v;',
      'CREATE VIEW v AS SELECT 1 AS one;',
      'the downgrade of the new revision does not lead to where it came from; what is missing:\nDROP VIEW public.v;',
    ],
    [
      'an upgrade that fails',
      'SELECT 1 / 0;',
      '',
      /the upgrade of the new revision fails in the scratch:\n.*\n.*_change\.sql:\d+\n.*SELECT 1 \/ 0\n.*division by zero/,
    ],
    [
      'a downgrade that fails',
      '',
      'DROP TABLE nothing_here;',
      /the downgrade of the new revision fails in the scratch:\n.*\n.*_change\.sql:\d+\n.*DROP TABLE nothing_here\n.*does not exist/,
    ],
  ])('%s is not written', async (_, up, down, message) => {
    await begin(place);
    const run = await generate(up, down);
    expect(run).toMatchObject({ status: 1, out: '' });
    expect(run.error).toMatch(message);
    expect(run.error).toContain('nothing was written');
    expect(run.error).toContain('code: AUTOGENERATE_UNPROVED');
    expect(await project.list('revisions')).toHaveLength(1);
  });

  it('an irreversible one is proved forward only', async () => {
    await begin(place);
    const bad = await generate('CREATE TABLE extra ();', '', '--irreversible', 'why not');
    expect(bad.error).toContain('what is missing:\nDROP TABLE public.extra;');
    const good = await generate('', 'DROP TABLE nothing_here;', '--irreversible', 'why not');
    expect(good).toMatchObject({ status: 0, error: '' });
  });
});
