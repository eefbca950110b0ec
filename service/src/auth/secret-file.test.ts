import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readOrCreate } from './secret-file.js';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plinth-secret-'));
  path = join(folder, 'secret');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('makes the file for its owner alone, and reads it the next time', async () => {
  expect(await readOrCreate(path, async () => 'first')).toBe('first');
  expect(await readOrCreate(path, async () => 'second')).toBe('first');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('takes the file that another process made meanwhile, and leaves nothing beside it', async () => {
  const make = async () => {
    writeFileSync(path, 'of the other');
    return 'own';
  };
  expect(await readOrCreate(path, make)).toBe('of the other');
  expect(readFileSync(path, 'utf8')).toBe('of the other');
  expect(readdirSync(folder)).toEqual(['secret']);
});

it('makes nothing where making fails', async () => {
  const make = async () => await Promise.reject(new Error('no entropy'));
  await expect(readOrCreate(path, make)).rejects.toThrow('no entropy');
  expect(readdirSync(folder)).toEqual([]);
});
