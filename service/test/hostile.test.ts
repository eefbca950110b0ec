import { beforeAll, describe, expect, it } from 'vitest';
import { type Attack, attacksOn, example, short } from './support/attacks.js';
import { HOSTILE_TOKENS } from './support/hostile-tokens.js';
import { HOSTILE_MESSAGES } from './support/hostile-values.js';
import {
  ADMIN,
  ATTACKER,
  FOREIGN_MARK,
  SECRET_MARK,
  useHostileWorld,
} from './support/hostile-world.js';
import {
  behindId,
  collectionOf,
  makerOf,
  type Operation,
  readOperations,
} from './support/operations.js';
import { type RawAnswer, RawClient } from './support/raw-http.js';
import { DATABASES } from './support/service.js';

/** Attacks that are under way at once. */
const LANES = 8;
/** Of the many, one in so many is tried on the embedded database. */
const EMBEDDED_SHARE = 5;
/** Bytes of the process; PostgreSQL is part of it where it is embedded. */
const MOST_MEMORY = { embedded: 1_000_000_000, server: 500_000_000 };

/** Words that only a database, or a stack, has. */
const INSIDE =
  /SQLSTATE|syntax error|violates|invalid input|does not exist|duplicate key|pg_catalog|node_modules|\.js:\d+/i;

describe.each(DATABASES)('on the %s database', { timeout: 240_000 }, (kind) => {
  const world = useHostileWorld(kind);
  let operations: readonly Operation[] = [];
  let before: readonly string[] = [];
  beforeAll(async () => {
    operations = await readOperations(world.url, kind);
    before = await world.untouched();
  });

  const tokenFor = async (operation: Operation) =>
    await world.provider.token(isForAdmins(operation) ? ADMIN : ATTACKER);

  /** The path of something that an operation is about. */
  async function somethingFor(operation: Operation, client: RawClient): Promise<string> {
    const maker = makerOf(operation, operations);
    if (maker === undefined) return operation.path;
    const { headers, status } = await client.send({
      method: maker.method,
      path: maker.path,
      headers: [
        'authorization',
        `Bearer ${await tokenFor(maker)}`,
        'content-type',
        'application/json',
      ],
      body: JSON.stringify(example(maker.body)),
    });
    expect(status).toBe(201);
    return `${headers.location ?? ''}${behindId(operation.path)}`;
  }

  /** What is wrong with an answer, whatever was sent; nothing where it is in order. */
  function problemOf(operation: Operation, told: string, answer: RawAnswer): string[] {
    const { name } = operation;
    const { status, text, headers } = answer;
    const where = `${name}, ${told}: ${status} ${short(text)}`;
    const problems = [];
    if (status >= 500) problems.push(`it failed: ${where}`);
    // Node itself refuses an Expect that nobody knows, without a word.
    if (
      status >= 400 &&
      status !== 417 &&
      !headers['content-type']?.startsWith('application/problem+json')
    ) {
      problems.push(`no problem details: ${where}`);
    }
    if (status >= 400 && INSIDE.test(text)) problems.push(`it tells of the inside: ${where}`);
    if (text.includes(FOREIGN_MARK) && !isForAdmins(operation)) {
      problems.push(`a row of another tenant: ${where}`);
    }
    if (text.includes(SECRET_MARK)) problems.push(`a secret: ${where}`);
    return problems;
  }

  async function expectUnharmed(): Promise<void> {
    expect(await world.untouched()).toEqual(before);
    expect(world.process.child.exitCode).toBeNull();
    const { status } = await fetch(`${world.url}/health/ready`);
    expect(status).toBe(200);
  }

  it('no value harms', async () => {
    using client = new RawClient(world.url);
    const problems: string[] = [];
    let sent = 0;
    for (const operation of operations) {
      const authorization = ['authorization', `Bearer ${await tokenFor(operation)}`];
      const path = await somethingFor(operation, client);
      const attacks = attacksOn(operation, path);
      await inLanes(attacks, async (attack) => {
        sent += 1;
        if (kind === 'embedded' && sent % EMBEDDED_SHARE !== 0) return;
        const { request, told } = attack;
        const headers = [...authorization, ...(request.headers ?? [])];
        const answer = await client.send({ ...request, headers });
        problems.push(...problemOf(operation, told, answer), ...changedText(attack, answer));
      });
      expect(problems.slice(0, 20)).toEqual([]);
    }
    expect(sent).toBeGreaterThan(5000);
    await expectUnharmed();
  });

  it('no message harms', async () => {
    using client = new RawClient(world.url);
    for (const operation of operations.filter(({ method }) => method === 'GET')) {
      const field = `Authorization: Bearer ${await tokenFor(operation)}`;
      for (const [told, messageFor] of HOSTILE_MESSAGES) {
        const text = await client.sendBytes(messageFor(operation.path, field));
        const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0);
        // To some there is no answer: what comes is no request, and its connection is closed.
        expect(status, `${operation.name}, ${told}: ${text}`).toBeLessThan(500);
        expect(text, `${operation.name}, ${told}`).not.toContain(FOREIGN_MARK);
      }
    }
    await expectUnharmed();
  });

  it('no token opens what is not its own', async () => {
    using client = new RawClient(world.url);
    const wrong: string[] = [];
    const tokens = await Promise.all(
      HOSTILE_TOKENS.map(async ([told, make]) => [told, await make(world.provider)] as const),
    );
    for (const operation of operations.filter(({ takesToken }) => takesToken)) {
      const { name, method, body } = operation;
      const path = await somethingFor(operation, client);
      const send = async (headers: readonly string[]) =>
        await client.send({
          method,
          path,
          headers: [...headers, 'content-type', 'application/json'],
          body: JSON.stringify(example(body)),
        });
      const expectStatus = async (told: string, headers: readonly string[], wanted: number) => {
        const answer = await send(headers);
        wrong.push(...problemOf(operation, told, answer));
        if (answer.status !== wanted) wrong.push(`${name}, ${told}: ${answer.status}`);
      };
      await expectStatus('no token', [], 401);
      await inLanes(tokens, async ([told, token]) => {
        await expectStatus(`a token ${told}`, ['authorization', `Bearer ${token}`], 401);
      });
      const good = await tokenFor(operation);
      await expectStatus(
        'a token twice',
        ['authorization', `Bearer ${good}`, 'authorization', `Bearer ${good}`],
        401,
      );
    }
    expect(wrong.slice(0, 20)).toEqual([]);
    await expectUnharmed();
  });

  it('no good token opens what is another’s, or needs another scope', async () => {
    using client = new RawClient(world.url);
    const weak = await world.provider.token({ ...ATTACKER, scope: 'openid' });
    const met: string[] = [];
    for (const operation of operations.filter(({ takesToken }) => takesToken)) {
      const { name, method, body, scopes } = operation;
      const send = async (path: string, token: string) =>
        await client.send({
          method,
          path,
          headers: ['authorization', `Bearer ${token}`, 'content-type', 'application/json'],
          body: JSON.stringify(example(body)),
        });
      if (scopes !== undefined) {
        const { status } = await send(operation.path.replace(/\{.*\}/, 'acme'), weak);
        expect(status, `${name} without its scope`).toBe(403);
      }
      const collection = collectionOf(operation.path);
      const foreign = world.foreignPaths.find((path) => path.startsWith(`${collection}/`));
      if (foreign === undefined || isForAdmins(operation) || collection === operation.path) {
        continue;
      }
      const path = `${foreign}${behindId(operation.path)}`;
      const answer = await send(path, await tokenFor(operation));
      expect(answer.status, `${name} of another: ${answer.text}`).toBe(404);
      met.push(name);
    }
    expect(met.length).toBeGreaterThan(7);
    await expectUnharmed();
  });

  it('leaves no error in the log, and memory as it was', async () => {
    const metrics = await (await fetch(`${world.url}/metrics`)).text();
    const memory = Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]);
    expect(memory).toBeLessThan(MOST_MEMORY[kind]);
    world.process.child.kill('SIGTERM');
    const { code, stdout, stderr } = await world.process.exit;
    const errors = stdout.split('\n').filter((line) => /"level":(50|60)/.test(line));
    expect(errors.slice(0, 5)).toEqual([]);
    expect([code, stderr]).toEqual([0, '']);
  });
});

/** Whether nobody but an admin may use it. */
function isForAdmins({ scopes }: Operation): boolean {
  return scopes?.every((scope) => scope === 'admin') ?? false;
}

/** Where a hostile text was taken, it has to be kept as the text that it is. */
function changedText({ told, stored }: Attack, { status, text }: RawAnswer): readonly string[] {
  if (stored === undefined || status >= 300) return [];
  const { member, value } = stored;
  const body: unknown = JSON.parse(text);
  const found = Object.entries(body ?? {}).find(([name]) => name === member);
  // A secret is not sent back.
  if (found === undefined) return [];
  const wanted = [value, typeof value === 'string' ? value.trim() : value].map((one) =>
    JSON.stringify(one),
  );
  if (wanted.includes(JSON.stringify(found[1]))) return [];
  return [`${told} became ${short(JSON.stringify(found[1]))}`];
}

/** Does the same with each, several at a time. */
async function inLanes<Item>(items: Iterable<Item>, work: (item: Item) => Promise<void>) {
  const iterator = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
      await work(next.value);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
