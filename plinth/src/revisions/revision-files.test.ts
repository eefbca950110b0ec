import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlinthError } from '../errors/index.js';
import { newRevisionId } from './new-revision-id.js';
import { parseRevision } from './parse-revision.js';
import { readRevisions } from './read-revisions.js';
import { type RevisionDraft, renderRevision } from './render-revision.js';
import { isRevisionId } from './revision.js';
import { revisionFileName, slugOf } from './revision-file-name.js';
import { writeRevision } from './write-revision.js';

async function errorOf(run: () => unknown): Promise<PlinthError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof PlinthError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const FULL: RevisionDraft = {
  id: 'abc1',
  revises: ['aaaa', 'bbbb'],
  message: 'two  parents,\n-- plinth:irreversible one child',
  dependsOn: ['cccc', 'billing'],
  branchLabels: ['main'],
  noTransaction: true,
};

describe('renderRevision', () => {
  it.each(['sql', 'ts'] as const)('parses back: %s', (format) => {
    const parsed = parseRevision(`r.${format}`, renderRevision(FULL, format));
    expect(parsed).toMatchObject({
      ...FULL,
      message: 'two parents, -- plinth:irreversible one child',
      irreversible: undefined,
    });
  });

  it('writes the format of the design', () => {
    const text = renderRevision({
      id: '1ef269d5fac7',
      revises: [],
      message: 'enable pgvector extension',
      upgrade: 'CREATE EXTENSION IF NOT EXISTS vector;\n',
      downgrade: 'DROP EXTENSION IF EXISTS vector;',
    });
    expect(text).toBe(`-- plinth:revision 1ef269d5fac7
-- plinth:revises (base)
-- plinth:message enable pgvector extension

-- plinth:upgrade
CREATE EXTENSION IF NOT EXISTS vector;

-- plinth:downgrade
DROP EXTENSION IF EXISTS vector;
`);
  });

  it.each(['sql', 'ts'] as const)('leaves out the downgrade of the irreversible: %s', (format) => {
    const draft = { id: 'a', revises: [], message: 'b', irreversible: 'rows are gone' };
    const text = renderRevision(draft, format);
    expect(text).not.toContain('downgrade');
    expect(parseRevision(`r.${format}`, text).irreversible).toBe('rows are gone');
  });

  it.each([
    { upgrade: "SELECT 'open" },
    { upgrade: 'SELECT 1;\n-- plinth:downgrade' },
    { downgrade: 'COMMIT;' },
    { id: 'head' },
    { message: ' \n' },
    { revises: ['no good'] },
  ])('refuses %j', (part) => {
    expect(() => renderRevision({ id: 'a', revises: [], message: 'b', ...part })).toThrow(
      PlinthError,
    );
  });
});

describe('revisionFileName', () => {
  const parts = {
    id: '1ef2',
    message: 'Create tasks!',
    extension: 'sql',
    date: new Date('2026-03-04T05:06:07.891Z'),
  } as const;

  it.each([
    [undefined, '20260304_0506_1ef2_create_tasks.sql'],
    ['{revision}', '1ef2.sql'],
    ['{year}-{month}-{day}T{hour}{minute}{second}-{revision}', '2026-03-04T050607-1ef2.sql'],
  ])('%s', (template, expected) => {
    const name = revisionFileName(template === undefined ? parts : { ...parts, template });
    expect(name).toBe(expected);
  });

  it('leaves no underscore where the message has no word', () => {
    expect(revisionFileName({ ...parts, message: '!!!', extension: 'ts' })).toBe(
      '20260304_0506_1ef2.ts',
    );
  });

  it.each(['{rev}', '{slug}', 'a/{revision}', '.{revision}'])('refuses %s', async (template) => {
    const error = await errorOf(() => revisionFileName({ ...parts, template }));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain(template);
  });

  it.each([
    ['Add  user-name & e-mail', 'add_user_name_e_mail'],
    ['Größe ändern', 'größe_ändern'],
    ['one two three four five six seven eight nine', 'one_two_three_four_five_six_seven_eight'],
    ['x'.repeat(50), 'x'.repeat(40)],
    ['../../etc', 'etc'],
  ])('slug of %s', (message, slug) => {
    expect(slugOf(message)).toBe(slug);
  });
});

describe('newRevisionId', () => {
  it('makes twelve hexadecimal digits', () => {
    const made = Array.from({ length: 200 }, () => newRevisionId());
    expect(made.every((id) => /^[0-9a-f]{12}$/.test(id) && isRevisionId(id))).toBe(true);
    expect(new Set(made).size).toBe(200);
  });

  it('never looks like a number', () => {
    const offered = ['123456789012', '12345678e901', '00000000000a', 'unused'];
    expect(newRevisionId(() => offered.shift() ?? '')).toBe('00000000000a');
  });
});

describe('revision files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plinth-revisions-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('reads what was written, and nothing else', async () => {
    await writeRevision(folder, 'a.sql', renderRevision({ id: 'aaaa', revises: [], message: 'a' }));
    await writeRevision(
      folder,
      'b.ts',
      renderRevision({ id: 'bbbb', revises: ['aaaa'], message: 'b' }, 'ts'),
    );
    for (const name of ['.hidden.sql', 'types.d.ts', 'types.d.mts', 'README.md']) {
      await writeFile(join(folder, name), 'no revision');
    }
    await mkdir(join(folder, 'old.sql'));
    const revisions = await readRevisions(folder);
    expect(revisions.map(({ id, path }) => [id, path])).toEqual([
      ['aaaa', join(folder, 'a.sql')],
      ['bbbb', join(folder, 'b.ts')],
    ]);
  });

  it('reads more files than it opens at once', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `r${String(index).padStart(2, '0')}`);
    for (const id of names) {
      await writeRevision(folder, `${id}.sql`, renderRevision({ id, revises: [], message: id }));
    }
    expect((await readRevisions(folder)).map(({ id }) => id)).toEqual(names);
  });

  it('tells the faults of all files in one error', async () => {
    await writeFile(join(folder, 'a.sql'), renderRevision({ id: 'a', revises: [], message: 'm' }));
    await writeFile(
      join(folder, 'b.sql'),
      `${renderRevision({ id: 'b', revises: [], message: 'm' })}'`,
    );
    await writeFile(join(folder, 'c.js'), Uint8Array.from([10, 0xff]));
    const error = await errorOf(() => readRevisions(folder));
    expect(error.code).toBe('REVISION_FILE_INVALID');
    expect(error.message).toMatch(/^2 problems.*\n.*b\.sql:8: .*\n.*c\.js:2: .*UTF-8/);
  });

  it('says when the folder is missing', async () => {
    const missing = join(folder, 'none');
    for (const run of [() => readRevisions(missing), () => writeRevision(missing, 'a.sql', '')]) {
      const error = await errorOf(run);
      expect(error.code).toBe('REVISION_FOLDER_MISSING');
      expect(error.message).toContain(missing);
    }
  });

  it('never replaces a file', async () => {
    await writeRevision(folder, 'a.sql', 'first');
    const error = await errorOf(() => writeRevision(folder, 'a.sql', 'second'));
    expect(error.code).toBe('REVISION_EXISTS');
    expect(await readFile(join(folder, 'a.sql'), 'utf8')).toBe('first');
  });
});
