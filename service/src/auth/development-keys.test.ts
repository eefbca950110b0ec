import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartError } from '../start-error.js';
import { createAuthenticator } from './create-authenticator.js';
import { loadDevelopmentKeys } from './development-keys.js';
import { signToken } from './sign-token.js';

const REQUEST = { subject: 'ada', tenant: 'acme', scopes: ['admin'], minutes: 1 } as const;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plinth-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const load = async (dataDir: string | undefined) =>
  await loadDevelopmentKeys({ kind: 'embedded', dataDir }, folder);

async function errorOf(dataDir: string): Promise<StartError> {
  const error: unknown = await load(dataDir).catch((reason: unknown) => reason);
  if (error instanceof StartError) return error;
  throw new Error('there is no StartError', { cause: error });
}

it.each([
  ['./data', 'data.keys.json'],
  ['data/', 'data.keys.json'],
  ['a/b/data', 'a/b/data.keys.json'],
  [undefined, '.plinth/memory.keys.json'],
])('lie beside %s, for their owner alone', async (dataDir, file) => {
  await load(dataDir);
  const path = join(folder, file);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const { keyEncryptionKeys } = JSON.parse(readFileSync(path, 'utf8'));
  const [id, key] = keyEncryptionKeys.split(':');
  expect(id).toMatch(/^development-[0-9a-f]{8}$/);
  expect(Buffer.from(key, 'base64')).toHaveLength(32);
});

it('are the same each time, and other ones elsewhere', async () => {
  const first = await load('data');
  const again = await load('data');
  const other = await load('other');
  expect(again.keyEncryptionKeys).toBe(first.keyEncryptionKeys);
  expect(other.keyEncryptionKeys).not.toBe(first.keyEncryptionKeys);
  const token = await signToken(first, REQUEST);
  const verdictOf = (keys: typeof first) => createAuthenticator(keys.verifier).authenticate(token);
  expect(await verdictOf(again)).toMatchObject({
    kind: 'accepted',
    caller: { subject: 'ada', tenant: 'acme', scopes: new Set(['admin']) },
  });
  expect(await verdictOf(other)).toMatchObject({ kind: 'refused' });
});

it('are the same for all that make them at once', async () => {
  const all = await Promise.all(Array.from({ length: 20 }, () => load('data')));
  expect(new Set(all.map(({ keyEncryptionKeys }) => keyEncryptionKeys)).size).toBe(1);
  expect(readdirSync(folder)).toEqual(['data.keys.json']);
});

it('are the same through a link', async () => {
  await mkdir(join(folder, 'real', 'data'), { recursive: true });
  const { keyEncryptionKeys } = await load('real/data');
  await symlink(join(folder, 'real'), join(folder, 'parent'));
  await symlink(join(folder, 'real', 'data'), join(folder, 'linked'));
  for (const path of ['parent/data', 'linked']) {
    expect((await load(path)).keyEncryptionKeys).toBe(keyEncryptionKeys);
  }
});

describe('a file that is damaged', () => {
  const change = async (edit: (text: string) => string) => {
    await load('data');
    const path = join(folder, 'data.keys.json');
    const changed = edit(readFileSync(path, 'utf8'));
    await writeFile(path, changed);
    return { path, changed };
  };

  it.each([
    ['empty', () => ''],
    ['cut off', (text: string) => text.slice(0, 150)],
    ['no JSON', (text: string) => text.replace('{', '')],
    ['null', () => 'null'],
    ['without a key', (text: string) => text.replace('"d"', '"e"')],
    ['with half a key', (text: string) => text.replace(/"d": "[^"]{20}/, '"d": "')],
    ['with a key of no curve', (text: string) => text.replace(/"x": "..../, '"x": "AAAA')],
    ['without the other key', (text: string) => text.replace('keyEncryptionKeys', 'keys')],
  ])('%s is said, with nothing of it, and left as it is', async (_name, edit) => {
    const { path, changed } = await change(edit);
    const { message, hint, cause } = await errorOf('data');
    expect(message).toBe(`the development keys in ${path} are damaged`);
    expect(hint).toMatch(/do not delete it: secrets in the database/);
    expect(cause).toBeUndefined();
    expect(readFileSync(path, 'utf8')).toBe(changed);
  });
});

it('a file that is a folder, or lies in no folder, is said', async () => {
  await mkdir(join(folder, 'data.keys.json'));
  const { message, hint } = await errorOf('data');
  expect(message).toContain(`${join(folder, 'data.keys.json')} cannot be read or made: EISDIR`);
  expect(hint).toContain('do not delete it');
  await writeFile(join(folder, 'file'), '');
  expect((await errorOf('file/data')).message).toMatch(/cannot be read or made: E(NOTDIR|EXIST)/);
});
