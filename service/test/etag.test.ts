import { describe, expect, it } from 'vitest';
import { etagOf } from '../src/http/etag.js';
import { statementsOf, untilWaiting, whileHeld } from './support/locks.js';
import { TASKS, TODOS } from './support/resources.js';
import { type Answer, DATABASES, expectProblem, useService } from './support/service.js';

const FIELD_PROBLEM = 'must be * or a list of entity tags, such as "abc".';

describe.each(DATABASES)('on the %s database', (kind) => {
  const service = useService(kind);

  describe.each([TASKS, TODOS])('conditional requests of $table', (resource) => {
    const { path, body, change, unknownId } = resource;

    /** Makes one; gives its path and its entity tag. */
    async function create() {
      const answer = await service.call('POST', path, body);
      return { path: `${path}/${answer.body.id}`, etag: tagOf(answer) };
    }

    it('ETag is the same for the same representation, wherever it is sent', async () => {
      const made = await create();
      const read = await service.call('GET', made.path);
      expect(tagOf(read)).toBe(made.etag);
      expect(tagOf(await service.call('HEAD', made.path))).toBe(made.etag);
      const unchanged = await service.call('PATCH', made.path, {});
      expect(tagOf(unchanged)).toBe(made.etag);
      const changed = await service.call('PATCH', made.path, change);
      expect(tagOf(changed)).not.toBe(made.etag);
      expect(tagOf(await service.call('GET', made.path))).toBe(tagOf(changed));
      // The same values again are another representation: updated_at is part of it.
      const again = await service.call('PATCH', made.path, change);
      expect(tagOf(again)).not.toBe(tagOf(changed));
    });

    it('problems and lists have none', async () => {
      const missing = await service.call('GET', `${path}/${unknownId}`);
      expect(missing.headers.get('etag')).toBeNull();
      expect((await service.call('GET', path)).headers.get('etag')).toBeNull();
    });

    it.each([
      ['the tag', (etag: string) => etag],
      ['the tag, weak', (etag: string) => `W/${etag}`],
      ['the tag in a list', (etag: string) => `"x", ${etag}`],
      ['*', () => '*'],
    ])('GET and HEAD with If-None-Match of %s are 304', async (_name, fieldOf) => {
      const made = await create();
      const headers = { 'if-none-match': fieldOf(made.etag) };
      for (const method of ['GET', 'HEAD']) {
        const answer = await service.call(method, made.path, undefined, headers);
        expect([answer.status, answer.text]).toEqual([304, '']);
        expect(tagOf(answer)).toBe(made.etag);
        expect(answer.headers.get('content-type')).toBeNull();
      }
    });

    it('GET with another tag in If-None-Match is 200, and 404 stays 404', async () => {
      const made = await create();
      const other = { 'if-none-match': '"x", W/"y"' };
      const answer = await service.call('GET', made.path, undefined, other);
      expect(answer.status).toBe(200);
      expect(etagOf(answer.text)).toBe(made.etag);
      const any = { 'if-none-match': '*' };
      const missing = await service.call('GET', `${path}/${unknownId}`, undefined, any);
      expectProblem(missing, 404, 'Not Found');
    });

    it.each([
      ['the tag', (etag: string) => etag],
      ['the tag in a list', (etag: string) => `"x" ,${etag}`],
      ['*', () => '*'],
    ])('PATCH and DELETE with If-Match of %s are done', async (_name, fieldOf) => {
      const made = await create();
      const matching = { 'if-match': fieldOf(made.etag) };
      const changed = await service.call('PATCH', made.path, change, matching);
      expect(changed.status).toBe(200);
      expect(changed.body).toMatchObject(change);
      const still = { 'if-match': fieldOf(tagOf(changed)) };
      expect((await service.call('DELETE', made.path, undefined, still)).status).toBe(204);
      expectProblem(await service.call('GET', made.path), 404, 'Not Found');
    });

    it('PATCH and DELETE with If-None-Match of the tag, or of *, are 412', async () => {
      const made = await create();
      for (const field of [made.etag, `W/${made.etag}`, '*']) {
        const excluded = { 'if-none-match': field };
        const answers = [
          await service.call('PATCH', made.path, change, excluded),
          await service.call('DELETE', made.path, undefined, excluded),
        ];
        for (const answer of answers) expectProblem(answer, 412, 'Precondition Failed');
      }
      const other = { 'if-none-match': '"x"' };
      expect((await service.call('PATCH', made.path, change, other)).status).toBe(200);
    });

    it.each([
      ['a tag it had before', (etag: string) => etag],
      ['another tag', () => '"x"'],
    ])('PATCH and DELETE with If-Match of %s are 412 and change nothing', async (_, fieldOf) => {
      const made = await create();
      const now = await service.call('PATCH', made.path, change);
      const headers = { 'if-match': fieldOf(made.etag) };
      const patched = await service.call('PATCH', made.path, body, headers);
      expectProblem(patched, 412, 'Precondition Failed');
      const removed = await service.call('DELETE', made.path, undefined, headers);
      expectProblem(removed, 412, 'Precondition Failed');
      expect((await service.call('GET', made.path)).text).toBe(now.text);
    });

    it('If-Match compares strongly: a weak tag matches nothing', async () => {
      const made = await create();
      const headers = { 'if-match': `W/${made.etag}` };
      const answer = await service.call('PATCH', made.path, change, headers);
      expectProblem(answer, 412, 'Precondition Failed');
    });

    it('PATCH that changes nothing looks at If-Match all the same', async () => {
      const made = await create();
      const right = await service.call('PATCH', made.path, {}, { 'if-match': made.etag });
      expect(tagOf(right)).toBe(made.etag);
      const wrong = await service.call('PATCH', made.path, {}, { 'if-match': '"x"' });
      expectProblem(wrong, 412, 'Precondition Failed');
    });

    it.each(['PATCH', 'DELETE'])(
      '%s of an unknown id is 404, whatever If-Match says',
      async (m) => {
        for (const field of ['*', '"x"']) {
          const sent = m === 'PATCH' ? change : undefined;
          const answer = await service.call(m, `${path}/${unknownId}`, sent, { 'if-match': field });
          expectProblem(answer, 404, 'Not Found');
        }
      },
    );

    it.each([
      ['GET', 'if-none-match'],
      ['PATCH', 'if-match'],
      ['DELETE', 'if-match'],
    ])('%s refuses what is no entity tag in %s', async (method, name) => {
      const made = await create();
      for (const field of ['x', '"a" "b"', '*, "a"', '']) {
        const sent = method === 'PATCH' ? change : undefined;
        const answer = await service.call(method, made.path, sent, { [name]: field });
        expect(expectProblem(answer, 400, 'Validation failed')).toEqual([
          { pointer: `#/${name}`, detail: `Header field "${name}" ${FIELD_PROBLEM}` },
        ]);
      }
    });

    it('of ten PATCHes at once with the same tag one is done', async () => {
      const made = await create();
      const headers = { 'if-match': made.etag };
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => service.call('PATCH', made.path, change, headers)),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)]);
      const winner = answers.find(({ status }) => status === 200);
      expect((await service.call('GET', made.path)).text).toBe(winner?.text);
    });

    it('of a PATCH and a DELETE at once with the same tag one is done', async () => {
      const made = await create();
      const headers = { 'if-match': made.etag };
      const [changed, removed] = await Promise.all([
        service.call('PATCH', made.path, change, headers),
        service.call('DELETE', made.path, undefined, headers),
      ]);
      expect([
        [200, 412],
        [404, 204],
      ]).toContainEqual([changed.status, removed.status]);
    });
  });
});

describe('If-Match between requests at once', () => {
  const service = useService('server');

  it.each([TASKS, TODOS])('of ten that wait for one of $table one is done', async (resource) => {
    const { path, table, body, change } = resource;
    const made = await service.call('POST', path, body);
    const answers: Promise<Answer>[] = [];
    const row = `SELECT FROM ${table} WHERE id = '${made.body.id}' FOR UPDATE`;
    await whileHeld(service.db, row, async () => {
      const headers = { 'if-match': tagOf(made) };
      for (let n = 0; n < 10; n += 1) {
        answers.push(service.call('PATCH', `${path}/${made.body.id}`, change, headers));
      }
      await untilWaiting(service.db, 10);
    });
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, ...Array(9).fill(412)]);
  });

  it.each([TASKS, TODOS])('costs $table nothing where it is not sent', async (resource) => {
    const { path, body, change } = resource;
    const made = await service.call('POST', path, body);
    const at = `${path}/${made.body.id}`;
    const sent = (method: string, headers = {}) =>
      statementsOf(service.db, () =>
        service.call(method, at, method === 'PATCH' ? change : undefined, headers),
      );
    const any = { 'if-match': '*' };
    expect(await sent('GET')).toEqual(['SELECT']);
    expect(await sent('PATCH')).toEqual(['UPDATE']);
    expect(await sent('PATCH', any)).toEqual(['BEGIN', 'SELECT', 'UPDATE', 'COMMIT']);
    // A task is hidden, and goes when its time is up.
    expect(await sent('DELETE')).toEqual([resource === TASKS ? 'UPDATE' : 'DELETE']);
    expect(await sent('DELETE', any)).toEqual(['BEGIN', 'SELECT', 'COMMIT']);
  });
});

function tagOf(answer: Answer): string {
  const etag = answer.headers.get('etag') ?? '';
  expect(etag).toMatch(/^"[\w-]{43}"$/);
  return etag;
}
