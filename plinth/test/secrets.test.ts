// Encrypted columns on a database: sealed and opened in and out of transactions, first keys made at
// once, keys that are missing or wrong, and what is never written.

import { randomUUID } from 'node:crypto';
import { eq, inArray, isNull, sql } from 'drizzle-orm';
import { connect, type Database, isPlinthError, type PlinthError } from 'plinth';
import type { Ciphertext } from 'plinth/models';
import {
  generateKeyEncryptionKey,
  type Keyring,
  keyEncryptionFromEnv,
  openKeyring,
  rotateKeys,
} from 'plinth/secrets';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import {
  accounts,
  addTenant,
  createSecretTables,
  createSecretTablesAt,
  dataKeys,
  dropSecretsRole,
  keyEncryptionOf,
  letters,
  SECRETS_ROLE,
  TENANTS_QUERY,
} from './support/secret-tables.js';
import { asUser } from './support/tenant-table.js';

const server = useDatabase();
const schema = { accounts, dataKeys, letters };
type Schema = typeof schema;
const keyEncryption = keyEncryptionOf('k1');

async function openServer(): Promise<Database<Schema>> {
  await createSecretTablesAt(server.url);
  return await connect({
    url: asUser(server.url, SECRETS_ROLE),
    schema,
    poolSize: 5,
    maxOverflow: 5,
  });
}

async function openEmbedded(): Promise<Database<Schema>> {
  const db = await connect({ url: 'pglite://memory', schema, tenantRole: SECRETS_ROLE });
  await createSecretTables(db.engine);
  return db;
}

afterAll(async () => {
  await dropSecretsRole(server.url);
});

async function refusal(work: Promise<unknown>): Promise<PlinthError> {
  const outcome: unknown = await work.catch((error: unknown) => error);
  if (isPlinthError(outcome)) return outcome;
  throw outcome instanceof Error ? outcome : new Error('it was not refused');
}

describe.each([
  { kind: 'server', open: openServer },
  { kind: 'embedded', open: openEmbedded },
] as const)('on the $kind', ({ kind, open }) => {
  let db: Database<Schema>;
  let keyring: Keyring;
  let tenant: string;

  const ring = (encryption = keyEncryption) =>
    openKeyring(db, { keyEncryption: encryption, table: dataKeys, tenants: TENANTS_QUERY });

  beforeAll(async () => {
    db = await open();
  });

  afterAll(async () => {
    await db.close();
  });

  beforeEach(async () => {
    tenant = `tenant-${randomUUID()}`;
    keyring = ring();
    await addTenant(db, tenant);
  });

  async function countKeys(): Promise<number> {
    return await db.tenant(tenant).$count(dataKeys);
  }

  async function addAccount(plaintext: string, email?: string): Promise<string> {
    const id = randomUUID();
    const values = {
      apiKey: await keyring.seal(accounts.apiKey, { tenant, row: id }, plaintext),
      ...(email !== undefined && {
        email: await keyring.seal(accounts.email, { tenant, row: id }, email),
        emailIndex: await keyring.blindIndex(accounts.emailIndex, { tenant }, email),
      }),
    };
    await db
      .tenant(tenant)
      .insert(accounts)
      .values({ id, tenantId: tenant, ...values });
    return id;
  }

  async function readAccount(id: string) {
    const [row] = await db.tenant(tenant).select().from(accounts).where(eq(accounts.id, id));
    if (row === undefined) throw new Error('the row is not there');
    return row;
  }

  it('gives back what was encrypted, here and in another process', async () => {
    const id = await addAccount('hunter2');
    const { apiKey } = await readAccount(id);
    expect(apiKey).not.toContain('hunter2');
    expect(await keyring.open(accounts.apiKey, { tenant, row: id }, apiKey)).toBe('hunter2');
    expect(await ring().open(accounts.apiKey, { tenant, row: id }, apiKey)).toBe('hunter2');
    expect(await countKeys()).toBe(1);
  });

  it('works inside a transaction, the first key too', async () => {
    const id = randomUUID();
    await db.tenant(tenant).transaction(async (tx) => {
      const apiKey = await keyring.seal(accounts.apiKey, { tenant, row: id, tx }, 'hunter2');
      await tx.insert(accounts).values({ id, tenantId: tenant, apiKey });
      expect(await keyring.open(accounts.apiKey, { tenant, row: id, tx }, apiKey)).toBe('hunter2');
    });
    const { apiKey } = await readAccount(id);
    expect(await ring().open(accounts.apiKey, { tenant, row: id }, apiKey)).toBe('hunter2');
  });

  it('keeps no key of a transaction that was rolled back', async () => {
    const stop = new Error('stop');
    const inside = db.tenant(tenant).transaction(async (tx) => {
      await keyring.seal(accounts.apiKey, { tenant, row: randomUUID(), tx }, 'gone');
      throw stop;
    });
    await expect(inside).rejects.toBe(stop);
    expect(await countKeys()).toBe(0);
    const id = await addAccount('kept');
    const { apiKey } = await readAccount(id);
    expect(await ring().open(accounts.apiKey, { tenant, row: id }, apiKey)).toBe('kept');
  });

  it('keeps no key of a savepoint that was rolled back', async () => {
    const id = randomUUID();
    await db.tenant(tenant).transaction(async (tx) => {
      const inner = tx.transaction(async (nested) => {
        await keyring.seal(accounts.apiKey, { tenant, row: id, tx: nested }, 'gone');
        throw new Error('stop');
      });
      await expect(inner).rejects.toThrow('stop');
      const apiKey = await keyring.seal(accounts.apiKey, { tenant, row: id, tx }, 'kept');
      await tx.insert(accounts).values({ id, tenantId: tenant, apiKey });
    });
    const { apiKey } = await readAccount(id);
    expect(await ring().open(accounts.apiKey, { tenant, row: id }, apiKey)).toBe('kept');
    expect(await countKeys()).toBe(1);
  });

  it('writes with no key that was deleted, or retired, meanwhile', async () => {
    await addAccount('before');
    await db.tenant(tenant).delete(accounts);
    await db.tenant(tenant).delete(dataKeys);
    const id = await addAccount('after');
    const { apiKey } = await readAccount(id);
    expect(await ring().open(accounts.apiKey, { tenant, row: id }, apiKey)).toBe('after');
    await rotateKeys(db, {
      keyEncryption,
      schema: { accounts, dataKeys },
      tenants: TENANTS_QUERY,
      dataKeys: true,
    });
    const later = await readAccount(await addAccount('later'));
    const [current] = await db
      .tenant(tenant)
      .select()
      .from(dataKeys)
      .where(isNull(dataKeys.retiredAt));
    expect(later.apiKey).toContain(current?.id);
  });

  it('finds rows that others have written with a key of their own', async () => {
    const place = { tenant };
    const first = await keyring.blindIndexes(accounts.emailIndex, place, 'ada@example.com');
    expect(first).toEqual([]);
    const id = randomUUID();
    const other = ring();
    const email = await other.seal(accounts.email, { tenant, row: id }, 'ada@example.com');
    const emailIndex = await other.blindIndex(accounts.emailIndex, place, 'ada@example.com');
    const apiKey = await other.seal(accounts.apiKey, { tenant, row: id }, 'a');
    await db
      .tenant(tenant)
      .insert(accounts)
      .values({ id, tenantId: tenant, apiKey, email, emailIndex });
    const second = await keyring.blindIndexes(accounts.emailIndex, place, 'ada@example.com');
    expect(second).toEqual([emailIndex]);
  });

  it('unwraps a data key once, for values in and out of transactions', async () => {
    let unwrapped = 0;
    const counting = ring({
      ...keyEncryption,
      unwrap: async (...args) => {
        unwrapped++;
        return await keyEncryption.unwrap(...args);
      },
    });
    const id = await addAccount('hunter2');
    const { apiKey } = await readAccount(id);
    const place = { tenant, row: id };
    await Promise.all(
      Array.from({ length: 5 }, () => counting.open(accounts.apiKey, place, apiKey)),
    );
    await db.tenant(tenant).transaction(async (tx) => {
      await counting.open(accounts.apiKey, { ...place, tx }, apiKey);
      await counting.seal(accounts.apiKey, { ...place, tx }, 'hunter3');
    });
    await counting.seal(accounts.apiKey, place, 'hunter4');
    expect(unwrapped).toBe(1);
  });

  it('tries again after the key service was away', async () => {
    const id = await addAccount('hunter2');
    const { apiKey } = await readAccount(id);
    let isAway = true;
    const service = ring({
      ...keyEncryption,
      unwrap: async (...args) => {
        if (isAway) throw new Error('no route to host');
        return await keyEncryption.unwrap(...args);
      },
    });
    const place = { tenant, row: id };
    const attempts = await Promise.all([
      refusal(service.open(accounts.apiKey, place, apiKey)),
      refusal(service.seal(accounts.apiKey, place, 'hunter3')),
      refusal(service.open(accounts.apiKey, place, apiKey)),
    ]);
    for (const { code, message, retryable } of attempts) {
      expect({ code, retryable }).toEqual({ code: 'SECRET_KEY_SERVICE_FAILED', retryable: true });
      expect(message).toContain('no route to host');
    }
    isAway = false;
    expect(await service.open(accounts.apiKey, place, apiKey)).toBe('hunter2');
    await service.seal(accounts.apiKey, place, 'hunter3');
  });

  it('makes one first key for ten programs at once', async () => {
    const rings = Array.from({ length: 10 }, () => ring());
    const sealed = await Promise.all(
      rings.map(async (each, index) => {
        const row = randomUUID();
        const text = await each.seal(accounts.apiKey, { tenant, row }, `value ${index}`);
        return { row, text };
      }),
    );
    expect(await countKeys()).toBe(1);
    const opened = await Promise.all(
      sealed.map(({ row, text }) => keyring.open(accounts.apiKey, { tenant, row }, text)),
    );
    expect(opened).toEqual(rings.map((_, index) => `value ${index}`));
  });

  it('binds a value to its tenant, column and row', async () => {
    const id = await addAccount('hunter2', 'ada@example.com');
    const { apiKey } = await readAccount(id);
    const other = `other-${randomUUID()}`;
    await keyring.seal(accounts.apiKey, { tenant: other, row: id }, 'its own');
    const moves = [
      keyring.open(accounts.apiKey, { tenant, row: randomUUID() }, apiKey),
      keyring.open(accounts.email, { tenant, row: id }, apiKey),
    ];
    for (const move of moves) expect((await refusal(move)).code).toBe('SECRET_NOT_AUTHENTIC');
    const elsewhere = keyring.open(accounts.apiKey, { tenant: other, row: id }, apiKey);
    expect((await refusal(elsewhere)).code).toBe('SECRET_KEY_UNKNOWN');
  });

  it('finds a row by the blind index of its plaintext, whatever its case', async () => {
    const id = await addAccount('a', 'Ada@example.com');
    await addAccount('b', 'bob@example.com');
    const wanted = await keyring.blindIndexes(accounts.emailIndex, { tenant }, 'ADA@example.com');
    const found = await db
      .tenant(tenant)
      .select()
      .from(accounts)
      .where(inArray(accounts.emailIndex, wanted));
    expect(found.map((row) => row.id)).toEqual([id]);
  });

  it('gives other tenants another blind index for the same plaintext', async () => {
    await addAccount('a', 'ada@example.com');
    const other = `other-${randomUUID()}`;
    const [first, second] = await Promise.all([
      keyring.blindIndex(accounts.emailIndex, { tenant }, 'ada@example.com'),
      keyring.blindIndex(accounts.emailIndex, { tenant: other }, 'ada@example.com'),
    ]);
    expect(first).not.toBe(second);
  });

  it('knows a row by several values, and a UUID in either case', async () => {
    const row = ['inbox', 7] as const;
    const body = await keyring.seal(letters.body, { tenant, row }, 'Dear Ada');
    await db
      .tenant(tenant)
      .insert(letters)
      .values({ tenantId: tenant, box: 'inbox', number: 7, body });
    expect(await keyring.open(letters.body, { tenant, row: ['inbox', 7n] }, body)).toBe('Dear Ada');
    expect((await refusal(keyring.open(letters.body, { tenant, row: 7 }, body))).code).toBe(
      'SECRET_ROW_INVALID',
    );
    const id = randomUUID();
    const apiKey = await keyring.seal(
      accounts.apiKey,
      { tenant, row: id.toUpperCase() },
      'hunter2',
    );
    expect(await keyring.open(accounts.apiKey, { tenant, row: id }, apiKey)).toBe('hunter2');
  });

  it('refuses a column that is for something else', async () => {
    const place = { tenant, row: randomUUID() };
    // @ts-expect-error A column of text is none for encrypted values.
    expect((await refusal(keyring.seal(accounts.note, place, 'a'))).code).toBe(
      'SECRET_COLUMN_INVALID',
    );
    // @ts-expect-error A blind index cannot be opened.
    expect((await refusal(keyring.seal(accounts.emailIndex, place, 'a'))).code).toBe(
      'SECRET_COLUMN_INVALID',
    );
  });

  it('refuses half a character, which would come back as another', async () => {
    const half = keyring.seal(accounts.apiKey, { tenant, row: randomUUID() }, 'a\ud800b');
    expect((await refusal(half)).code).toBe('SECRET_PLAINTEXT_INVALID');
  });

  it('writes no plaintext, whatever TypeScript was told', async () => {
    const id = await addAccount('hunter2');
    const plaintext: Ciphertext = JSON.parse('"sk_live_0123456789"');
    const scope = db.tenant(tenant);
    const attempts = [
      () =>
        scope.insert(accounts).values({ id: randomUUID(), tenantId: tenant, apiKey: plaintext }),
      () => scope.update(accounts).set({ apiKey: plaintext }).where(eq(accounts.id, id)),
      () => scope.update(accounts).set({ email: plaintext }).where(eq(accounts.id, id)),
    ];
    for (const attempt of attempts) {
      const error = await refusal((async () => await attempt())());
      expect(error.code).toBe('SECRET_ENVELOPE_INVALID');
      expect(JSON.stringify({ ...error, message: error.message })).not.toContain('sk_live');
    }
    await scope.update(accounts).set({ email: null }).where(eq(accounts.id, id));
    expect((await readAccount(id)).email).toBeNull();
  });

  it('opens no plaintext that was written by hand', async () => {
    const id = await addAccount('hunter2');
    await db.tenant(tenant).execute(sql`UPDATE accounts SET api_key = 'by hand' WHERE id = ${id}`);
    const { apiKey } = await readAccount(id);
    const error = await refusal(keyring.open(accounts.apiKey, { tenant, row: id }, apiKey));
    expect(error.code).toBe('SECRET_ENVELOPE_INVALID');
    expect(error.message).not.toContain('by hand');
  });

  it('tells at start of a key that is missing, and of one that is another', async () => {
    await addAccount('hunter2');
    expect(await keyring.check()).toMatchObject({ keyIds: ['k1'] });
    const missing = await refusal(ring(keyEncryptionOf('k2')).check());
    expect(missing.code).toBe('SECRET_KEY_UNKNOWN');
    expect(missing.message).toContain('k1');
    const impostor = keyEncryptionFromEnv({ KEYS: generateKeyEncryptionKey('k1') }, 'KEYS');
    expect((await refusal(ring(impostor).check())).code).toBe('SECRET_KEY_WRONG');
    await expect(ring(keyEncryptionOf('k2', 'k1')).check()).resolves.toMatchObject({
      keyIds: ['k1'],
    });
  });

  it('takes hidden tenants not for none', async () => {
    await addAccount('hunter2');
    const blind = openKeyring(db, { keyEncryption, table: dataKeys });
    if (kind === 'embedded') expect((await blind.check()).dataKeys).toBeGreaterThan(0);
    else expect((await refusal(blind.check())).code).toBe('TENANCY_TENANTS_UNKNOWN');
  });
});
