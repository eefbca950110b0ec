// What a project lists as its schema: which files are found, in which order, and what is refused.

import { describe, expect, it } from 'vitest';
import { schemaProject } from './support/schema-project.js';

const SQL = {
  'db/2.sql': 'SELECT 2',
  'db/10.sql': 'SELECT 10',
  'db/deep/1.sql': 'SELECT 1',
  'db/UPPER.SQL': 'SELECT 3',
  'db/.hidden/x.sql': 'SELECT 4',
  'db/node_modules/x.sql': 'SELECT 5',
  'db/notes.txt': 'no SQL',
  'db/types.d.ts': 'syntax error of a declaration',
  'db/schema.test.ts': 'throw new Error("a test was loaded")',
  'db/schema.spec.mjs': 'throw new Error("a test was loaded")',
  'odd/(a) [b]/1.sql': 'SELECT 6',
  'other.sql': 'SELECT 7',
  'sorted/z.sql': 'SELECT 8',
  'sorted/a/1.sql': 'SELECT 9',
};

describe('the files of a schema', () => {
  it.each([
    ['a file', ['./other.sql'], ['other.sql']],
    ['a file without a dot', ['other.sql'], ['other.sql']],
    ['a folder', ['./db'], ['db/10.sql', 'db/2.sql', 'db/UPPER.SQL', 'db/deep/1.sql']],
    ['a folder, by their paths', ['./sorted'], ['sorted/a/1.sql', 'sorted/z.sql']],
    ['a folder with a slash', ['./db/deep/'], ['db/deep/1.sql']],
    ['a pattern', ['./db/*.sql'], ['db/10.sql', 'db/2.sql']],
    ['a pattern of any depth', ['db/**/*.sql'], ['db/10.sql', 'db/2.sql', 'db/deep/1.sql']],
    ['a pattern with alternatives', ['./db/{2,10}.sql'], ['db/10.sql', 'db/2.sql']],
    [
      'the order of the list',
      ['./other.sql', './db/*.sql'],
      ['other.sql', 'db/10.sql', 'db/2.sql'],
    ],
    [
      'a file once',
      ['./db/2.sql', './db/*.sql', 'db'],
      ['db/2.sql', 'db/10.sql', 'db/UPPER.SQL', 'db/deep/1.sql'],
    ],
    [
      'what another entry does not take away',
      ['./db', '!./db/deep/**', '!db/U*'],
      ['db/10.sql', 'db/2.sql'],
    ],
    ['an entry that takes away, wherever it stands', ['!**/10.sql', './db/*.sql'], ['db/2.sql']],
    ['a name that looks like a pattern', ['./odd/(a) [b]/1.sql'], ['odd/(a) [b]/1.sql']],
    ['a folder that looks like a pattern', ['./odd/(a) [b]'], ['odd/(a) [b]/1.sql']],
    ['a hidden file that is named', ['./db/.hidden/x.sql'], ['db/.hidden/x.sql']],
    ['an ending in capitals', ['./db/UPPER.SQL'], ['db/UPPER.SQL']],
  ])('are those of %s', async (_, schema, files) => {
    await using project = await schemaProject(SQL);
    const sources = await project.read(schema);
    expect(sources.map(({ file }) => file)).toEqual(files);
    expect(sources[0]?.text).toMatch(/^SELECT \d+$/);
  });

  it('may lie outside of the folder of the configuration', async () => {
    await using project = await schemaProject({ 'a.sql': 'SELECT 1' });
    await using other = await schemaProject({ 'b.sql': 'SELECT 2', 'c/d.sql': 'SELECT 3' });
    const name = other.folder.slice(other.folder.lastIndexOf('/') + 1);
    const schema = [`../${name}/b.sql`, `../${name}/c/*.sql`, `${other.folder}/**/d.sql`];
    expect((await project.read(schema)).map(({ text }) => text)).toEqual(['SELECT 2', 'SELECT 3']);
  });

  it.each([
    ['no entry', [], /plinth\.config\.ts names no schema$/, 'SOURCES_EMPTY'],
    ['only what takes away', ['!./db'], /plinth\.config\.ts names no schema$/, 'SOURCES_EMPTY'],
    [
      'a file that is not there',
      ['./gone.sql'],
      /^\.\/gone\.sql, which .* is not there$/,
      'SOURCES_EMPTY',
    ],
    ['a folder without any', ['./none'], /^\.\/none, which .* matches no file$/, 'SOURCES_EMPTY'],
    [
      'a pattern without any',
      ['./db/*.sql', './x/**/*.sql'],
      /^\.\/x\/\*\*\/\*\.sql, which .* matches no file$/,
      'SOURCES_EMPTY',
    ],
    [
      'a file that is taken away',
      ['./other.sql', '!other.sql'],
      /^\.\/other\.sql, which .* matches no file$/,
      'SOURCES_EMPTY',
    ],
    [
      'another ending',
      ['./db/notes.txt'],
      /^db\/notes\.txt is neither SQL nor a module$/,
      'SOURCES_UNSUPPORTED',
    ],
    [
      'another ending in a pattern',
      ['./db/n*'],
      /^db\/notes\.txt is neither SQL nor a module$/,
      'SOURCES_UNSUPPORTED',
    ],
    [
      'a revision',
      ['./revision.sql'],
      /^revision\.sql is a revision and no schema$/,
      'SOURCES_UNSUPPORTED',
    ],
  ])('are refused by name: %s', async (_, schema, message, code) => {
    await using project = await schemaProject({
      ...SQL,
      'none/notes.txt': '',
      'revision.sql': '-- plinth:revision a\n-- plinth:upgrade\n',
    });
    const error = await project.refusal(schema);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(error.hint).toMatch(/[.\]]$/);
  });
});
