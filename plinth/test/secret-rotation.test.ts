// Rotation of keys on a database: what it changes and what it leaves, stopped half-way, and while
// others write.

import { randomUUID } from 'node:crypto';
import { eq, inArray, sql } from 'drizzle-orm';
import { connect, type Database, type Engine, openEngine } from 'plinth';
import {
  generateKeyEncryptionKey,
  type KeyEncryption,
  type Keyring,
  type KeyStatus,
  keyEncryptionFromEnv,
  openKeyring,
  type RotationOptions,
  readKeyStatus,
  rotateKeys,
} from 'plinth/secrets';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
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
  tenants,
} from './support/secret-tables.js';
import { asUser } from './support/tenant-table.js';

const server = useDatabase();
const schema = { accounts, letters, dataKeys, tenants };
const TENANTS = ['acme', 'globex', 'initech'];

async function openServer(): Promise<Database> {
  await createSecretTablesAt(server.url);
  return await connect({ url: asUser(server.url, SECRETS_ROLE), poolSize: 5, maxOverflow: 5 });
}

async function openEmbedded(): Promise<Database> {
  const db = await connect({ url: 'pglite://memory', tenantRole: SECRETS_ROLE });
  await createSecretTables(db.engine);
  return db;
}

afterAll(async () => {
  await dropSecretsRole(server.url);
});

async function countWaiting(engine: Engine): Promise<number> {
  const { rows } = await engine.query(
    `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = $1`,
    [server.name],
  );
  return rows.length;
}

function leftOf(status: KeyStatus): number {
  return status.columns.reduce((sum, { left }) => sum + left, 0);
}

describe.each([
  { kind: 'server', open: openServer },
  { kind: 'embedded', open: openEmbedded },
] as const)('on the $kind', ({ kind, open }) => {
  let db: Database;

  const options = (changes: Partial<RotationOptions> = {}): RotationOptions => ({
    keyEncryption: keyEncryptionOf('k1'),
    schema,
    tenants: TENANTS_QUERY,
    batch: 4,
    ...changes,
  });

  const ring = (keyEncryption: KeyEncryption = keyEncryptionOf('k1')) =>
    openKeyring(db, { keyEncryption, table: dataKeys, tenants: TENANTS_QUERY });

  beforeAll(async () => {
    db = await open();
    for (const tenant of TENANTS) await addTenant(db, tenant);
  });

  afterAll(async () => {
    await db.close();
  });

  const written = new Map<string, { readonly tenant: string; plaintext: string }>();

  function known(id: string) {
    const value = written.get(id);
    if (value === undefined) throw new Error(`${id} was never written`);
    return value;
  }

  async function write(keyring: Keyring, tenant: string, plaintext: string): Promise<string> {
    const id = randomUUID();
    const place = { tenant, row: id };
    const email = `${plaintext}@example.com`;
    await db
      .tenant(tenant)
      .insert(accounts)
      .values({
        id,
        tenantId: tenant,
        apiKey: await keyring.seal(accounts.apiKey, place, plaintext),
        email: await keyring.seal(accounts.email, place, email),
        emailIndex: await keyring.blindIndex(accounts.emailIndex, { tenant }, email),
      });
    written.set(id, { tenant, plaintext });
    return id;
  }

  /** Every value is what was written last, and is found by its index. */
  async function expectAll(keyring: Keyring): Promise<void> {
    for (const [id, { tenant, plaintext }] of written) {
      const email = `${plaintext}@example.com`;
      const wanted = await keyring.blindIndexes(accounts.emailIndex, { tenant }, email);
      const [row] = await db
        .tenant(tenant)
        .select()
        .from(accounts)
        .where(inArray(accounts.emailIndex, wanted));
      expect(row?.id).toBe(id);
      if (row?.email == null) throw new Error('the e-mail address is gone');
      expect(await keyring.open(accounts.apiKey, { tenant, row: id }, row.apiKey)).toBe(plaintext);
      expect(await keyring.open(accounts.email, { tenant, row: id }, row.email)).toBe(email);
    }
  }

  beforeEach(async () => {
    written.clear();
    for (const tenant of TENANTS) {
      await db.tenant(tenant).delete(accounts);
      await db.tenant(tenant).delete(letters);
      await db.tenant(tenant).delete(dataKeys);
    }
    const keyring = ring();
    for (const tenant of TENANTS) {
      for (let index = 0; index < 10; index++) await write(keyring, tenant, `${tenant}-${index}`);
    }
    const body = await keyring.seal(letters.body, { tenant: 'acme', row: ['inbox', 1] }, 'Dear');
    const letter = { tenantId: 'acme', box: 'inbox', number: 1, body };
    await db.tenant('acme').insert(letters).values(letter);
  });

  it('tells what is under which key, and changes nothing', async () => {
    const { keyEncryption } = options();
    const status = await readKeyStatus(db, { keyEncryption, schema, tenants: TENANTS_QUERY });
    expect(status).toMatchObject({
      tenants: 3,
      keyEncryptionKeys: [{ id: 'k1', isCurrent: true, state: 'works', dataKeys: 3, values: 91 }],
      columns: [
        { column: 'accounts.api_key', kind: 'encrypted', values: 30, left: 0, unreadable: 0 },
        { column: 'accounts.email', values: 30 },
        { column: 'accounts.email_index', kind: 'blind-index', values: 30 },
        { column: 'letters.body', values: 1 },
      ],
    });
  });

  it('puts all data keys under a new key-encryption key, and the old one can go', async () => {
    const before = await rotateKeys(db, options({ keyEncryption: keyEncryptionOf('k2', 'k1') }));
    expect(before).toMatchObject({ rewrapped: 3, renewed: 0, encrypted: 0 });
    await expectAll(ring(keyEncryptionOf('k2')));
    const again = await rotateKeys(db, options({ keyEncryption: keyEncryptionOf('k2', 'k1') }));
    expect(again.rewrapped).toBe(0);
  });

  it('refuses to begin where a key-encryption key is missing', async () => {
    const rotation = rotateKeys(db, options({ keyEncryption: keyEncryptionOf('k2') }));
    await expect(rotation).rejects.toMatchObject({ code: 'SECRET_KEY_UNKNOWN' });
    await expectAll(ring());
  });

  it('gives every tenant a new data key and encrypts all with it', async () => {
    const rotation = await rotateKeys(db, options({ dataKeys: true }));
    expect(rotation).toMatchObject({ renewed: 3, encrypted: 91, resumed: false, problems: [] });
    expect(leftOf(rotation.status)).toBe(0);
    expect(rotation.status.dataKeys).toHaveLength(6);
    const retired = rotation.status.dataKeys.filter(({ isCurrent }) => !isCurrent);
    expect(retired.map(({ values }) => values)).toEqual([0, 0, 0]);
    await expectAll(ring());
    const letter = await db.tenant('acme').select().from(letters);
    const [{ body } = {}] = letter;
    if (body === undefined) throw new Error('the letter is gone');
    const place = { tenant: 'acme', row: ['inbox', 1] };
    expect(await ring().open(letters.body, place, body)).toBe('Dear');
  });

  it.each([1, 2, 4, 7, 9])(
    'goes on where it was stopped at batch %i, without new keys for those who have one',
    async (last) => {
      let batches = 0;
      const onProgress = () => {
        if (++batches === last) throw new Error('power cut');
      };
      const stopped = rotateKeys(db, options({ dataKeys: true, onProgress }));
      await expect(stopped).rejects.toThrow('power cut');
      await expectAll(ring());
      const { keyEncryption } = options();
      const half = await readKeyStatus(db, { keyEncryption, schema, tenants: TENANTS_QUERY });
      expect(leftOf(half)).toBeGreaterThan(0);
      expect(leftOf(half)).toBeLessThan(91);
      const rotation = await rotateKeys(db, options({ dataKeys: true }));
      expect(rotation).toMatchObject({ renewed: 0, resumed: true, encrypted: leftOf(half) });
      expect(leftOf(rotation.status)).toBe(0);
      expect(rotation.status.dataKeys).toHaveLength(6);
      await expectAll(ring());
    },
  );

  it('goes on where it was stopped between two tenants', async () => {
    const port = keyEncryptionOf('k1');
    let wraps = 0;
    const failing: KeyEncryption = {
      ...port,
      // One to try it, two for tenants.
      wrap: async (bytes, context) => {
        if (++wraps > 3) throw new Error('the service is away');
        return await port.wrap(bytes, context);
      },
    };
    const stopped = rotateKeys(db, options({ dataKeys: true, keyEncryption: failing }));
    await expect(stopped).rejects.toMatchObject({ code: 'SECRET_KEY_SERVICE_FAILED' });
    await expectAll(ring());
    const rotation = await rotateKeys(db, options({ dataKeys: true }));
    expect(rotation).toMatchObject({ renewed: 1, resumed: true, encrypted: 91 });
    expect(leftOf(rotation.status)).toBe(0);
    await expectAll(ring());
  });

  it('stops between two batches when it is told to', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const onProgress = () => stop.abort(reason);
    const rotation = rotateKeys(db, options({ dataKeys: true, onProgress, signal: stop.signal }));
    await expect(rotation).rejects.toBe(reason);
    await expectAll(ring());
  });

  it('loses nothing that is written meanwhile, and tells of what comes late with an older key', async () => {
    const service = ring();
    const seal = async (id: string, plaintext: string) => {
      const { tenant } = known(id);
      const place = { tenant, row: id };
      const email = `${plaintext}@example.com`;
      return {
        apiKey: await service.seal(accounts.apiKey, place, plaintext),
        email: await service.seal(accounts.email, place, email),
        emailIndex: await service.blindIndex(accounts.emailIndex, { tenant }, email),
      };
    };
    const store = async (
      id: string,
      plaintext: string,
      values: Awaited<ReturnType<typeof seal>>,
    ) => {
      await db.tenant(known(id).tenant).update(accounts).set(values).where(eq(accounts.id, id));
      known(id).plaintext = plaintext;
    };
    const ids = [...written.keys()];
    const late = ids.slice(0, 3);
    const sealed = await Promise.all(late.map((id) => seal(id, `late-${id}`)));
    let isRotating = true;
    const writer = async () => {
      for (let round = 0; isRotating; round++) {
        for (const id of ids) {
          const plaintext = `${id}-${round}`;
          await store(id, plaintext, await seal(id, plaintext));
        }
      }
    };
    const writing = writer();
    const rotation = await rotateKeys(db, options({ dataKeys: true, batch: 2 }));
    isRotating = false;
    await writing;
    expect(rotation.renewed).toBe(3);
    for (const [index, values] of sealed.entries()) {
      const id = late[index] ?? '';
      await store(id, `late-${id}`, values);
    }
    await expectAll(ring());
    const rest = await rotateKeys(db, options({ dataKeys: true }));
    expect(rest).toMatchObject({ renewed: 0, resumed: true });
    expect(rest.encrypted).toBeGreaterThanOrEqual(9);
    expect(leftOf(rest.status)).toBe(0);
    await expectAll(ring());
  });

  it('lets two rotations at once come to one end', async () => {
    const both = await Promise.all([
      rotateKeys(db, options({ dataKeys: true })),
      rotateKeys(db, options({ dataKeys: true })),
    ]);
    expect(both[0].encrypted + both[1].encrypted).toBeGreaterThanOrEqual(91);
    await expectAll(ring());
    const rest = await rotateKeys(db, options({ dataKeys: true }));
    expect(leftOf(rest.status)).toBe(0);
    await expectAll(ring());
  });

  if (kind === 'server') {
    it('keeps tenants apart for a role that sees all of them at once', async () => {
      await using all = await connect({ url: server.url, poolSize: 1 });
      const rotation = await rotateKeys(all, options({ tenants: undefined, dataKeys: true }));
      expect(rotation).toMatchObject({ renewed: 3, encrypted: 91, problems: [] });
      expect(rotation.status.columns[0]).toMatchObject({ values: 30, left: 0, unreadable: 0 });
      await expectAll(ring());
    });
  }

  if (kind === 'server') {
    it('has a writer wait for its batch, instead of writing over what that wrote', async () => {
      const id =
        [...written.keys()].filter((each) => known(each).tenant === 'acme').sort()[0] ?? '';
      const [old] = await db.tenant('acme').select().from(dataKeys);
      const apiKey = await ring().seal(accounts.apiKey, { tenant: 'acme', row: id }, 'newer');
      await using watcher = await openEngine({ url: server.url, poolSize: 1 });
      let writing: Promise<unknown> | undefined;
      let isWritten = false;
      const isSettled = async () => isWritten || (await countWaiting(watcher)) > 0;
      const port = keyEncryptionOf('k1');
      const keyEncryption: KeyEncryption = {
        ...port,
        // The batch has read its rows, and asks for the key that they are under.
        unwrap: async (wrapped, keyId, context) => {
          if (context.dataKeyId === old?.id && writing === undefined) {
            const update = db.tenant('acme').update(accounts).set({ apiKey });
            writing = update.where(eq(accounts.id, id)).then(() => {
              isWritten = true;
            });
            await vi.waitUntil(isSettled, { timeout: 20_000 });
          }
          return await port.unwrap(wrapped, keyId, context);
        },
      };
      await rotateKeys(db, options({ dataKeys: true, keyEncryption }));
      await writing;
      const [row] = await db.tenant('acme').select().from(accounts).where(eq(accounts.id, id));
      if (row === undefined) throw new Error('the row is gone');
      const place = { tenant: 'acme', row: id };
      expect(await ring().open(accounts.apiKey, place, row.apiKey)).toBe('newer');
    });
  }

  it.each([0, -1, 1.5, Number.NaN])('refuses a batch of %d rows', async (batch) => {
    const rotation = rotateKeys(db, options({ dataKeys: true, batch }));
    await expect(rotation).rejects.toThrow(RangeError);
  });

  it('tells of what nobody can open, and goes on behind it', async () => {
    const [first = '', second = ''] = written.keys();
    await db.tenant('acme').execute(sql`
      UPDATE accounts SET api_key = (SELECT api_key FROM accounts WHERE id = ${second})
      WHERE id = ${first}`);
    await db.tenant('acme').execute(sql`UPDATE accounts SET email = 'x' WHERE id = ${second}`);
    const rotation = await rotateKeys(db, options({ dataKeys: true }));
    const found = rotation.problems.map(({ column, row }) => `${column} ${row.join()}`).sort();
    expect(found).toEqual(
      [
        `accounts.api_key ${first}`,
        `accounts.email ${second}`,
        `accounts.email_index ${second}`,
      ].sort(),
    );
    expect(rotation.encrypted).toBe(88);
    expect(leftOf(rotation.status)).toBe(2);
    const emails = rotation.status.columns.find(({ column }) => column === 'accounts.email');
    expect(emails?.unreadable).toBe(1);
  });

  /** Puts the key of another tenant in the place of a tenant's own, and gives what was there. */
  async function damageKey(tenant: string) {
    const donor = tenant === 'acme' ? 'globex' : 'acme';
    const [own] = await db.tenant(tenant).select().from(dataKeys);
    const [other] = await db.tenant(donor).select().from(dataKeys);
    if (own === undefined || other === undefined) throw new Error('there is no data key');
    await writeWrapped(own, other.wrappedKey);
    return own;
  }

  type KeyRow = Pick<typeof dataKeys.$inferSelect, 'id' | 'tenantId'>;

  async function writeWrapped({ id, tenantId }: KeyRow, wrappedKey: string) {
    await db.tenant(tenantId).update(dataKeys).set({ wrappedKey }).where(eq(dataKeys.id, id));
  }

  it.each(TENANTS)('passes by a data key of %s that does not open, and tells', async (tenant) => {
    const { id } = await damageKey(tenant);
    const damaged = { tenant, dataKeyId: id, keyEncryptionKeyId: 'k1' };
    const keyEncryption = keyEncryptionOf('k2', 'k1');
    const rotation = await rotateKeys(db, options({ keyEncryption }));
    expect(rotation.rewrapped).toBe(2);
    expect(rotation.status.damagedDataKeys).toMatchObject([damaged]);
    for (const [row, { tenant: owner }] of written) if (owner === tenant) written.delete(row);
    await expectAll(ring(keyEncryptionOf('k2')));
    // Only the damaged one is left under the older key now, and it stops neither the next rotation
    // nor a start.
    const again = await rotateKeys(db, options({ keyEncryption }));
    expect(again).toMatchObject({ rewrapped: 0, status: { damagedDataKeys: [damaged] } });
    expect((await ring(keyEncryption).check()).damagedDataKeys).toMatchObject([damaged]);
  });

  it.each(TENANTS)('starts where a data key of %s does not open', async (tenant) => {
    await damageKey(tenant);
    const { damagedDataKeys, keyIds } = await ring().check();
    expect(keyIds).toEqual(['k1']);
    // A sample: it meets the one that it looks at first.
    expect(damagedDataKeys.map((each) => each.tenant)).toEqual(tenant === 'acme' ? ['acme'] : []);
    const status = await readKeyStatus(db, options());
    expect(status.damagedDataKeys.map((each) => each.tenant)).toEqual([tenant]);
    expect(status.keyEncryptionKeys).toMatchObject([{ id: 'k1', state: 'works' }]);
    const unreadable = status.columns.reduce((sum, each) => sum + each.unreadable, 0);
    expect(unreadable).toBe(tenant === 'acme' ? 31 : 30);
  });

  it('gives a tenant whose data key does not open a new one, and keeps what is under it', async () => {
    const own = await damageKey('globex');
    const rotation = await rotateKeys(db, options({ dataKeys: true }));
    expect(rotation).toMatchObject({ renewed: 3, encrypted: 61, resumed: false });
    expect(new Set(rotation.problems.map(({ tenant }) => tenant))).toEqual(new Set(['globex']));
    expect(rotation.problems).toHaveLength(30);
    expect(leftOf(rotation.status)).toBe(0);
    await write(ring(), 'globex', 'globex-later');
    // What is under it for good makes no later rotation the rest of this one.
    const next = await rotateKeys(db, options({ dataKeys: true }));
    expect(next).toMatchObject({ renewed: 3, encrypted: 64, resumed: false });
    expect(next.problems).toHaveLength(30);
    await writeWrapped(own, own.wrappedKey);
    const rest = await rotateKeys(db, options({ dataKeys: true }));
    expect(rest).toMatchObject({ encrypted: 30, resumed: true, problems: [] });
    expect(rest.status.damagedDataKeys).toEqual([]);
    await expectAll(ring());
  });

  it('makes no data key under a key-encryption key that is another', async () => {
    const impostor = keyEncryptionFromEnv({ KEYS: generateKeyEncryptionKey('k1') }, 'KEYS');
    for (const changes of [{}, { dataKeys: true }]) {
      const rotation = rotateKeys(db, options({ keyEncryption: impostor, ...changes }));
      await expect(rotation).rejects.toMatchObject({ code: 'SECRET_KEY_WRONG' });
    }
    for (const tenant of TENANTS) expect(await db.tenant(tenant).$count(dataKeys)).toBe(1);
    await expectAll(ring());
  });

  it('names the tenants that the query does not list, as a role that sees them', async () => {
    await using all =
      kind === 'server' ? await connect({ url: server.url, poolSize: 1 }) : undefined;
    const some = { tenants: `${TENANTS_QUERY} WHERE id <> 'initech'` };
    const seen = await readKeyStatus(all ?? db, options(some));
    expect(seen).toMatchObject({ tenants: 3, unlistedTenants: ['initech'] });
    const complete = await readKeyStatus(all ?? db, options());
    expect(complete.unlistedTenants).toEqual([]);
    const rotation = await rotateKeys(all ?? db, options(some));
    expect(rotation.status.unlistedTenants).toEqual(['initech']);
    if (kind === 'embedded') return;
    expect(await readKeyStatus(db, options(some))).toMatchObject({
      tenants: 2,
      unlistedTenants: [],
    });
  });

  it('takes hidden tenants not for none', async () => {
    const blind = rotateKeys(db, options({ tenants: undefined, dataKeys: true }));
    if (kind === 'embedded') expect((await blind).renewed).toBe(3);
    else await expect(blind).rejects.toMatchObject({ code: 'TENANCY_TENANTS_UNKNOWN' });
    const wrong = rotateKeys(db, options({ tenants: 'SELECT id FROM nowhere' }));
    await expect(wrong).rejects.toMatchObject({ code: 'TENANCY_TENANTS_UNKNOWN' });
  });
});
