import { describe, expect, it } from 'vitest';
import { PlinthError } from '../errors/index.js';
import { parseRevision } from './parse-revision.js';

const HEAD = '-- plinth:revision a1b2\n-- plinth:revises (base)\n-- plinth:message start\n';
const SECTIONS = '-- plinth:upgrade\n-- plinth:downgrade\n';
const MODULE = HEAD.replaceAll('--', '//');

function errorOf(content: string | Uint8Array, path = 'r.sql'): PlinthError {
  try {
    parseRevision(path, content);
  } catch (error) {
    if (error instanceof PlinthError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('parseRevision, SQL', () => {
  it('reads headers and both sections', () => {
    const text = [
      '-- A free comment, before anything else.',
      '-- plinth:revision m3',
      '-- plinth:revises a1, b-2',
      '-- plinth:message  join both: it is time ',
      '-- plinth:depends-on c1, billing',
      '-- plinth:branch-label main, trunk',
      '-- plinth:no-transaction',
      '',
      '-- plinth:upgrade',
      'CREATE TABLE t (a int); -- why',
      'SELECT 1',
      '-- plinth:downgrade',
      'DROP TABLE t;',
    ].join('\n');
    expect(parseRevision('x/r.sql', text)).toMatchObject({
      id: 'm3',
      revises: ['a1', 'b-2'],
      message: 'join both: it is time',
      dependsOn: ['c1', 'billing'],
      branchLabels: ['main', 'trunk'],
      noTransaction: true,
      irreversible: undefined,
      path: 'x/r.sql',
      source: {
        kind: 'sql',
        upgrade: [
          { text: 'CREATE TABLE t (a int)', line: 10, offset: text.indexOf('CREATE') },
          { text: 'SELECT 1', line: 11, offset: text.indexOf('SELECT') },
        ],
        downgrade: [{ text: 'DROP TABLE t', line: 13 }],
      },
    });
  });

  it('allows empty sections, and no downgrade where it is irreversible', () => {
    expect(parseRevision('r.sql', `${HEAD}${SECTIONS}-- nothing`).source).toEqual({
      kind: 'sql',
      upgrade: [],
      downgrade: [],
    });
    const gone = parseRevision(
      'r.sql',
      `${HEAD}-- plinth:irreversible rows are gone\n-- plinth:upgrade`,
    );
    expect(gone).toMatchObject({ irreversible: 'rows are gone', source: { downgrade: [] } });
  });

  it('takes no marker out of quotes and block comments', () => {
    const body = "DO $$\n-- plinth:downgrade\n$$;\nSELECT '\n-- plinth:upgrade\n';\n";
    const text = `${HEAD}-- plinth:upgrade\n${body}/*\n-- plinth:message no\n*/\n-- plinth:downgrade\n`;
    expect(parseRevision('r.sql', text).source).toMatchObject({
      upgrade: [{ line: 5 }, { line: 8 }],
      downgrade: [],
    });
  });

  it('reads the same with a byte order mark and CR LF, and says the same lines', () => {
    const text = `${HEAD}-- plinth:upgrade\nDO $$\n x\n$$;\n-- plinth:downgrade\nSELECT 1;\n`;
    const windows = new TextEncoder().encode(`\uFEFF${text.replaceAll('\n', '\r\n')}`);
    expect(parseRevision('r.sql', windows)).toEqual(parseRevision('r.sql', text));
    expect(parseRevision('r.sql', `\uFEFF${text}`)).toEqual(parseRevision('r.sql', text));
  });

  it.each<[string, string, number, string]>([
    ['unknown header', `${HEAD}-- plinth:tag x\n${SECTIONS}`, 4, 'the unknown header "tag"'],
    ['repeated header', `${HEAD}-- plinth:message b\n${SECTIONS}`, 4, 'the first is on line 3'],
    [
      'missing revision',
      `-- plinth:revises a\n-- plinth:message b\n${SECTIONS}`,
      1,
      'no header "revision"',
    ],
    [
      'missing revises',
      `-- plinth:revision a\n-- plinth:message b\n${SECTIONS}`,
      1,
      'no header "revises"',
    ],
    [
      'missing message',
      `-- plinth:revision a\n-- plinth:revises b\n${SECTIONS}`,
      1,
      'no header "message"',
    ],
    ['empty value', HEAD.replace('start', ' ') + SECTIONS, 3, '"message" without a value'],
    [
      'value where none',
      `${HEAD}-- plinth:no-transaction yes\n${SECTIONS}`,
      4,
      'expected no value',
    ],
    [
      'irreversible without reason',
      `${HEAD}-- plinth:irreversible\n${SECTIONS}`,
      4,
      'without a value',
    ],
    ['bad id', HEAD.replace('a1b2', '-x') + SECTIONS, 1, '"-x" for "revision"'],
    ['two ids', HEAD.replace('a1b2', 'a, b') + SECTIONS, 1, '"a, b" for "revision"'],
    ['reserved id', HEAD.replace('a1b2', 'heads') + SECTIONS, 1, 'none of head, heads, base'],
    ['reserved parent', HEAD.replace('(base)', 'base') + SECTIONS, 2, '"base" for "revises"'],
    ['parent twice', HEAD.replace('(base)', 'a, a') + SECTIONS, 2, '"a" twice'],
    ['comma at the end', HEAD.replace('(base)', 'a,') + SECTIONS, 2, '"" for "revises"'],
    [
      'late header',
      `${HEAD}-- plinth:upgrade\n-- plinth:no-transaction\n-- plinth:downgrade`,
      5,
      'after the first section',
    ],
    ['text before', `${HEAD}\nSELECT 1;\n${SECTIONS}`, 5, 'text before the first section'],
    ['no upgrade', `${HEAD}-- plinth:downgrade\n`, 1, 'no section "upgrade"'],
    ['no downgrade', `${HEAD}-- plinth:upgrade\n`, 1, 'no section "downgrade"'],
    ['section twice', `${HEAD}${SECTIONS}-- plinth:downgrade`, 6, 'a second section "downgrade"'],
    ['wrong order', `${HEAD}-- plinth:downgrade\n-- plinth:upgrade`, 5, 'upgrade section after'],
    [
      'section with a value',
      `${HEAD}-- plinth:upgrade now\n-- plinth:downgrade`,
      4,
      '"now" behind',
    ],
    [
      'marker behind SQL',
      `${HEAD}-- plinth:upgrade\nSELECT 1; -- plinth:downgrade`,
      5,
      'behind SQL',
    ],
    ['BEGIN', `${HEAD}-- plinth:upgrade\n\nBEGIN;\n-- plinth:downgrade`, 6, '"BEGIN"'],
    ['ROLLBACK TO', `${HEAD}${SECTIONS}rollback\nto x`, 6, '"rollback to x"'],
    [
      'undoing the irreversible',
      `${HEAD}-- plinth:irreversible x\n${SECTIONS}SELECT 1`,
      7,
      'irreversible',
    ],
    [
      'conflict marker',
      `${HEAD}-- plinth:upgrade\n<<<<<<< HEAD\nSELECT 1;\n=======\n>>>>>>> b\n-- plinth:downgrade`,
      5,
      'conflict marker of git',
    ],
    ['CR alone', (HEAD + SECTIONS).replaceAll('\n', '\r'), 1, 'CR alone'],
    ['NUL', `${HEAD}${SECTIONS}SELECT '\0'`, 6, 'NUL'],
  ])('refuses: %s', (_, text, line, words) => {
    const error = errorOf(text);
    expect(error.message).toContain(`r.sql:${line}: `);
    expect(error.message).toContain(words);
    expect(error).toMatchObject({ code: 'REVISION_FILE_INVALID', details: { line } });
    expect(error.hint).toMatch(/^[A-Z].*\.$/);
  });

  it.each([
    ['revison', 'Write "revision" if it was meant, or remove the line.'],
    ['Message', 'Write "message" if it was meant, or remove the line.'],
    ['owner', 'Correct the name of the header, or remove the line.'],
  ])('hints at the header that %s may have meant', (name, hint) => {
    expect(errorOf(`${HEAD}-- plinth:${name} x\n${SECTIONS}`).hint).toBe(hint);
  });

  it('tells every fault of a file at once, by line', () => {
    const error = errorOf(
      '-- plinth:tag\nSELECT 1;\n-- plinth:upgrade\nCOMMIT;\n-- plinth:downgrade',
    );
    expect(error.message.match(/r\.sql:\d+/g)).toEqual(
      ['1', '1', '1', '1', '2', '4'].map((line) => `r.sql:${line}`),
    );
  });

  it.each([
    [
      'open quote',
      `${HEAD}-- plinth:upgrade\nSELECT 'x\n-- plinth:downgrade`,
      'SQL_UNTERMINATED',
      5,
    ],
    [
      'open dollar quote',
      `${HEAD}-- plinth:upgrade\n\nDO $x$ $$\n-- plinth:downgrade`,
      'SQL_UNTERMINATED',
      6,
    ],
    [
      'open quote with CR LF',
      `${HEAD}-- plinth:upgrade\n\n'x\n-- plinth:downgrade`.replaceAll('\n', '\r\n'),
      'SQL_UNTERMINATED',
      6,
    ],
    ['open comment', `${HEAD}${SECTIONS}/* /* */`, 'SQL_UNTERMINATED', 6],
    ['psql behind a statement', `${HEAD}${SECTIONS}SELECT 1 \\gset`, 'SQL_UNSUPPORTED', 6],
    [
      'COPY in small letters',
      `${HEAD}${SECTIONS}copy t (a)\n  from stdin with (format csv);`,
      'SQL_UNSUPPORTED',
      6,
    ],
    [
      'open parenthesis',
      `${HEAD}-- plinth:upgrade\n\nf(\n-- plinth:downgrade`,
      'SQL_UNTERMINATED',
      6,
    ],
    ['psql', `${HEAD}${SECTIONS}\\i x.sql`, 'SQL_UNSUPPORTED', 6],
    [
      'COPY data',
      `${HEAD}-- plinth:upgrade\nCOPY t FROM STDIN;\nit's\n\\.\n-- plinth:downgrade`,
      'SQL_UNSUPPORTED',
      5,
    ],
  ])('keeps the code of a fault in the SQL: %s', (_, text, code, line) => {
    const error = errorOf(text);
    expect(error).toMatchObject({ code, details: { line } });
    expect(error.message).toMatch(new RegExp(`^r\\.sql:${line}: .*line ${line}\\b`));
  });

  it('refuses bytes that are not UTF-8, with the line', () => {
    const bytes = Uint8Array.from([45, 45, 10, 45, 45, 0xc3, 10, 0xff]);
    expect(errorOf(bytes).message).toBe(
      'r.sql:2: Found bytes that are not UTF-8; expected UTF-8 text.',
    );
  });

  it('refuses a file that is no revision', () => {
    expect(errorOf(HEAD, 'r.txt').message).toContain('r.txt:1: Found a file that is no revision');
  });
});

describe('parseRevision, modules', () => {
  it.each(['r.ts', 'r.mts', 'r.js', 'r.mjs'])('%s', (path) => {
    const text = `#!/usr/bin/env node\n/* licence */\n${MODULE}// plinth:no-transaction\nexport {};`;
    const revision = parseRevision(path, text);
    expect(revision).toMatchObject({ id: 'a1b2', noTransaction: true, source: { kind: 'module' } });
    expect(revision.fingerprint).toBe(revision.checksum);
  });

  it.each<[string, string, number, string]>([
    [
      'a late header',
      `${MODULE}import 'x';\n  // plinth:no-transaction`,
      5,
      'after the first code',
    ],
    ['a section', `${MODULE}\n// plinth:upgrade\n`, 5, 'an exported function upgrade(tx)'],
    ['an unknown header', `${MODULE}// plinth:tag x`, 4, 'unknown header "tag"'],
    [
      'a header in a comment',
      `/*\n// plinth:revision a\n*/${MODULE.replace('revision', 'depends-on')}`,
      1,
      'no header',
    ],
  ])('refuses %s', (_, text, line, words) => {
    const error = errorOf(text, 'r.ts');
    expect(error.message).toContain(`r.ts:${line}: `);
    expect(error.message).toContain(words);
  });

  it('does not mind other markers in its code', () => {
    expect(parseRevision('r.ts', `${MODULE}const a = \`\n// plinth:tag\n\`;`).id).toBe('a1b2');
  });
});

describe('checksum and fingerprint', () => {
  const text = `${HEAD}-- plinth:upgrade\nCREATE TABLE t (a int);\n-- plinth:downgrade\nDROP TABLE t;\n`;
  const base = parseRevision('r.sql', text);

  it.each([
    ['a comment', text.replace('CREATE', '-- why\nCREATE')],
    ['white space', text.replace('(a int)', '( a\n int )')],
    ['the message', text.replace('start', 'begin')],
    ['the parent', text.replace('(base)', 'zz')],
  ])('the fingerprint does not change with %s', (_, changed) => {
    const revision = parseRevision('r.sql', changed);
    expect(revision.fingerprint).toBe(base.fingerprint);
    expect(revision.checksum).not.toBe(base.checksum);
  });

  it.each([
    ['a statement', text.replace('a int', 'a text')],
    [
      'the side of a statement',
      text.replace('DROP TABLE t;', '').replace('int);', 'int); DROP TABLE t;'),
    ],
    [
      'no-transaction',
      text.replace('-- plinth:upgrade', '-- plinth:no-transaction\n-- plinth:upgrade'),
    ],
  ])('the fingerprint changes with %s', (_, changed) => {
    expect(parseRevision('r.sql', changed).fingerprint).not.toBe(base.fingerprint);
  });

  it('the checksum is the SHA-256 of the text', () => {
    expect(base.checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(parseRevision('other.sql', text).checksum).toBe(base.checksum);
  });
});
