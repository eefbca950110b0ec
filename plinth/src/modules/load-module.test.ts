import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { OWN_ENTRIES } from './load-module.js';

it('knows every entry of the package', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const entries = Object.keys(manifest.exports)
    .filter((name) => name !== './package.json')
    .map((name) => (name === '.' ? 'index' : name.slice('./'.length)));
  expect([...OWN_ENTRIES].sort()).toEqual(entries.sort());
});
