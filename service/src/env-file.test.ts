import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readEnvironment } from './env-file.js';

const folder = mkdtempSync(join(tmpdir(), 'plinth-env-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('lets the environment win over .env, and takes an empty value for none', () => {
  writeFileSync(join(folder, '.env'), 'PORT=1\nHOST="a b"\nDEBUG=\n# no\nAPP_ENV=test\n');
  const environment = readEnvironment({ PORT: '2', HOST: '', APP_ENV: undefined }, folder);
  expect(environment).toMatchObject({ PORT: '2', HOST: 'a b', APP_ENV: 'test' });
  expect(environment).not.toHaveProperty('DEBUG');
});

it('needs no .env', () => {
  expect(readEnvironment({ PORT: '2' }, join(folder, 'nowhere'))).toEqual({ PORT: '2' });
});

it('says so when .env cannot be read', () => {
  const odd = join(folder, 'odd');
  mkdirSync(join(odd, '.env'), { recursive: true });
  expect(() => readEnvironment({}, odd)).toThrow(/\.env cannot be read/);
});
