import { describe, expect, it } from 'vitest';
import { type ErrorCode, PlinthError } from '../errors/index.js';
import { splitStatements } from './split-statements.js';

function texts(sql: string): string[] {
  return splitStatements(sql).map((statement) => statement.text);
}

function errorOf(run: () => unknown): PlinthError {
  try {
    run();
  } catch (error) {
    if (error instanceof PlinthError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const ATOMIC = `CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql
BEGIN ATOMIC
  SELECT CASE WHEN a > 0 THEN CASE a WHEN 1 THEN 1 END ELSE 2 END;
  SELECT (CASE WHEN a > 0 THEN 1 END) AS end, t.case FROM t;
END`;

describe('splitStatements', () => {
  it.each<[string, string, string[]]>([
    ['plain', 'a; b ;c', ['a', 'b', 'c']],
    ['empty ones', ';; -- nothing\n; /* ; */ ;', []],
    ['only comments', '-- a; b', []],
    ['comments around', '-- lead\n/* x */ SELECT 1 -- tail\n; -- end', ['SELECT 1']],
    ['comments inside', 'SELECT /* ; */ 1', ['SELECT /* ; */ 1']],
    ['quotes', `SELECT ';', ";" , E'\\';'; x`, [`SELECT ';', ";" , E'\\';'`, 'x']],
    ['dollar quotes', 'DO $a$ ; $$ ; $a$; x', ['DO $a$ ; $$ ; $a$', 'x']],
    ['dollar in a name', 'SELECT a$b$c; x$b$', ['SELECT a$b$c', 'x$b$']],
    ['parameters', 'SELECT $1; SELECT $2', ['SELECT $1', 'SELECT $2']],
    [
      'rule',
      'CREATE RULE r AS ON INSERT TO t DO (a; b); x',
      ['CREATE RULE r AS ON INSERT TO t DO (a; b)', 'x'],
    ],
    ['too many closing', 'a); b', ['a)', 'b']],
    ['sql body', `${ATOMIC};\nSELECT 1;`, [ATOMIC, 'SELECT 1']],
    [
      'procedure body',
      'create procedure p() begin atomic select 1; end; x',
      ['create procedure p() begin atomic select 1; end', 'x'],
    ],
    [
      'body with comments',
      'CREATE/**/FUNCTION f() BEGIN --\nATOMIC a; END; x',
      ['CREATE/**/FUNCTION f() BEGIN --\nATOMIC a; END', 'x'],
    ],
    [
      'function named begin',
      'CREATE FUNCTION begin() RETURN 1; x',
      ['CREATE FUNCTION begin() RETURN 1', 'x'],
    ],
    ['BEGIN elsewhere', 'BEGIN; x; END', ['BEGIN', 'x', 'END']],
    ['CASE elsewhere', 'SELECT CASE WHEN a THEN b; x', ['SELECT CASE WHEN a THEN b', 'x']],
    [
      'COPY on the server',
      "COPY t FROM '/f'; COPY (SELECT 1 FROM stdin) TO PROGRAM 'x'",
      ["COPY t FROM '/f'", "COPY (SELECT 1 FROM stdin) TO PROGRAM 'x'"],
    ],
    ['CRLF', 'a\r\nb;\r\nc;\r\n', ['a\r\nb', 'c']],
  ])('%s', (_, sql, expected) => {
    expect(texts(sql)).toEqual(expected);
  });

  it('says where each statement begins', () => {
    const sql = '-- one\r\n\r\nSELECT 1;\r\n  /* two\r\n*/ SELECT\n2; SELECT 3';
    expect(splitStatements(sql)).toEqual([
      { text: 'SELECT 1', line: 3, offset: sql.indexOf('SELECT 1') },
      { text: 'SELECT\n2', line: 5, offset: sql.indexOf('SELECT\n2') },
      { text: 'SELECT 3', line: 6, offset: sql.indexOf('SELECT 3') },
    ]);
  });

  it('counts from the origin', () => {
    const [, second] = splitStatements('a;\nb', { line: 10, offset: 100 });
    expect(second).toEqual({ text: 'b', line: 11, offset: 103 });
    expect(errorOf(() => splitStatements("a;\n'", { line: 10, offset: 0 })).details).toEqual({
      line: 11,
      construct: 'quote',
    });
  });

  it.each<[string, string, ErrorCode, number, string]>([
    ['quote', "SELECT 1;\nSELECT 'a\n;\n;", 'SQL_UNTERMINATED', 2, 'quote'],
    ['identifier', '\n\n"a;', 'SQL_UNTERMINATED', 3, 'quoted identifier'],
    ['dollar', 'a;\nDO $fn$ x $f$;\n', 'SQL_UNTERMINATED', 2, 'dollar quote $fn$'],
    ['comment', 'a;\r\n/* /* */\r\n', 'SQL_UNTERMINATED', 2, 'comment'],
    ['parenthesis', 'a;\nf(\n g(x);\n b;', 'SQL_UNTERMINATED', 2, 'parenthesis'],
    ['body', 'CREATE FUNCTION f()\nBEGIN ATOMIC\n a;', 'SQL_UNTERMINATED', 2, 'BEGIN ATOMIC body'],
    ['\\i', 'a;\n\\i other.sql', 'SQL_UNSUPPORTED', 2, '\\i'],
    ['\\gexec', "SELECT 'x' \\gexec", 'SQL_UNSUPPORTED', 1, '\\gexec'],
    ["\\echo don't", "\\echo don't", 'SQL_UNSUPPORTED', 1, '\\echo'],
    ['COPY in', "a;\ncopy t (a) from stdin;\nit's\n\\.\n", 'SQL_UNSUPPORTED', 2, 'COPY FROM STDIN'],
    ['COPY out', 'COPY (SELECT 1) TO STDOUT', 'SQL_UNSUPPORTED', 1, 'COPY TO STDOUT'],
  ])('refuses: %s', (_, sql, code, line, construct) => {
    const error = errorOf(() => splitStatements(sql));
    expect(error).toMatchObject({ code, details: { line, construct } });
    expect(error.message).toContain(`line ${line}`);
    expect(error.hint).toBeDefined();
  });

  it('takes time in proportion to the text', () => {
    const count = 20_000;
    const statements = splitStatements('INSERT INTO t VALUES (1);\n'.repeat(count));
    expect(statements.at(-1)?.line).toBe(count);
  });
});
