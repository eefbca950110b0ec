import { expect, it } from 'vitest';
import { WHITE_SPACE } from './limits.js';

it('WHITE_SPACE is what trim() takes away, and nothing else', () => {
  const listed = new RegExp(`^[${WHITE_SPACE}]$`, 'u');
  const differing: number[] = [];
  for (let code = 0; code <= 0x10_ff_ff; code += 1) {
    const character = String.fromCodePoint(code);
    if (listed.test(character) !== (character.trim() === '')) differing.push(code);
  }
  expect(differing).toEqual([]);
});
