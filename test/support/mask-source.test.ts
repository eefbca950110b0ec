// The mask, token by token: what is blanked, what stays, and that positions do not move.

import { describe, expect, it } from 'vitest';
import { maskSource } from './mask-source.js';

describe('maskSource', () => {
  it.each([
    [
      'a line comment',
      `a; // import 'x'
b;`,
      `a; ${' '.repeat(13)}
b;`,
    ],
    ['a block comment', '/* a\n b */c', `${' '.repeat(4)}\n${' '.repeat(5)}c`],
    ['a template', 'a`b`c', 'a   c'],
    ['a template but not its code', `a\`b \${c} d\`e`, `a${' '.repeat(5)}c${' '.repeat(4)}e`],
    ['a template in a template', `a(\`\${\`\${b}\`}\`)`, `a(${' '.repeat(6)}b${' '.repeat(4)})`],
    ['braces in a template', `\`\${ {a: {}} }\`b`, `${' '.repeat(4)}{a: {}}${' '.repeat(3)}b`],
    ['a pattern with a quote', "x = /['/]/g; y", `x = ${' '.repeat(7)}; y`],
    ['a pattern after return', 'return /`/;', `return ${' '.repeat(3)};`],
    ['a division', 'a / b / c', 'a / b / c'],
    ['a division after a call', "f() / 2; 'x/'", `f() / 2; ${' '.repeat(4)}`],
    ['an escaped quote', "'it\\'s' + a", `${' '.repeat(7)} + a`],
  ])('blanks %s', (_, source, masked) => {
    expect(maskSource(source, { keepStrings: false })).toBe(masked);
  });

  it('keeps strings where they are asked for', () => {
    const source = `import a from 'b'; // 'c'`;
    expect(maskSource(source, { keepStrings: true }).trimEnd()).toBe(`import a from 'b';`);
  });
});
