import { describe, expect, it } from 'vitest';
import { isSignificant } from './sql-token.js';
import { tokenize } from './tokenize.js';

function shape(text: string): string[] {
  return tokenize(text)
    .filter(isSignificant)
    .map((token) => `${token.kind}:${token.text}${token.closed ? '' : '…'}`);
}

describe('tokenize', () => {
  it.each<[string, string[]]>([
    ["'it''s'", ["string:'it''s'"]],
    ["'a\\'", ["string:'a\\'"]],
    ["E'a\\'b'", ["string:E'a\\'b'"]],
    ["e'\\\\'", ["string:e'\\\\'"]],
    ["name'x'", ['word:name', "string:'x'"]],
    ["B'01' X'ff' N'n' b'1'", ["string:B'01'", "string:X'ff'", "string:N'n'", "string:b'1'"]],
    ['U&\'\\0061\' u&"d\\0061"', ["string:U&'\\0061'", 'quoted-identifier:u&"d\\0061"']],
    ["u & 'x'", ['word:u', 'operator:&', "string:'x'"]],
    ['"a""b;"', ['quoted-identifier:"a""b;"']],
    ['$1 $$a$$', ['parameter:$1', 'dollar-string:$$a$$']],
    ['$a$ $b$ $$ $a$', ['dollar-string:$a$ $b$ $$ $a$']],
    ['$a$ x $b$a$', ['dollar-string:$a$ x $b$a$']],
    ['$é$x$é$', ['dollar-string:$é$x$é$']],
    ['a$b$c', ['word:a$b$c']],
    ['$1$a$x$a$', ['parameter:$1', 'dollar-string:$a$x$a$']],
    ['$1a$', ['parameter:$1', 'word:a$']],
    ['größe 名', ['word:größe', 'word:名']],
    ['1..10', ['number:1', 'punctuation:..', 'number:10']],
    ['1.5e-3 .5 1_000 0x1F', ['number:1.5e-3', 'number:.5', 'number:1_000', 'number:0x1F']],
    ['a::int', ['word:a', 'punctuation:::', 'word:int']],
    ['a=-1', ['word:a', 'operator:=', 'operator:-', 'number:1']],
    ['a @- 1', ['word:a', 'operator:@-', 'number:1']],
    ['a*/*c*/b', ['word:a', 'operator:*', 'word:b']],
    ['a+--c\nb', ['word:a', 'operator:+', 'word:b']],
    ['/* a /* b */ c */ d', ['word:d']],
    ['/**/a/***/', ['word:a']],
    ['--x\ra', ['word:a']],
    ["E'a'\n -- c\n 'b\\'c' d", ["string:E'a'", "string:'b\\'c'", 'word:d']],
    ["E'a' 'b\\' d", ["string:E'a'", "string:'b\\'", 'word:d']],
    ["E'a' /* c */\n 'b\\'", ["string:E'a'", "string:'b\\'"]],
    ["'a'\n'b\\'", ["string:'a'", "string:'b\\'"]],
    ["'open", ["string:'open…"]],
    ["'open''", ["string:'open''…"]],
    ["E'open\\'", ["string:E'open\\'…"]],
    ['$x$ open $y$', ['dollar-string:$x$ open $y$…']],
    ['"open', ['quoted-identifier:"open…']],
  ])('%j', (text, expected) => {
    expect(shape(text)).toEqual(expected);
  });

  it('leaves an open comment as the last token', () => {
    expect(tokenize('a /* /* b */').at(-1)).toEqual({
      kind: 'comment',
      text: '/* /* b */',
      offset: 2,
      closed: false,
    });
  });

  it('covers every character once, whatever the text', () => {
    const pieces = ["'", '"', '$', '$a$', '\\', 'E', '/*', '*/', '--', '\n', ' ', 'a', '1', ';'];
    let seed = 42;
    const next = () => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed;
    };
    for (let run = 0; run < 2000; run++) {
      const text = Array.from({ length: next() % 12 }, () => pieces[next() % pieces.length]).join(
        '',
      );
      const tokens = tokenize(text);
      expect(tokens.map((token) => token.text).join(''), `seed 42, run ${run}`).toBe(text);
      expect(tokens.slice(0, -1).every((token) => token.closed)).toBe(true);
    }
  });

  it('reads a literal of several megabytes', () => {
    const literal = `'${"x''".repeat(1_000_000)}'`;
    expect(tokenize(`SELECT ${literal}`).at(-1)?.text.length).toBe(literal.length);
  });
});
