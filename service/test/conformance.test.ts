import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Draft,
  draftsOf,
  headersOf,
  type Made,
  missesOf,
  problemsOfAnswer,
  urlOf,
} from './support/drafts.js';
import { makerOf, type Operation, readOperations } from './support/operations.js';
import { arbitraryOf } from './support/schema-arbitrary.js';
import { type Answer, DATABASES } from './support/service.js';
import { useTenantService } from './support/tenant-service.js';

/** Which requests are made, and how many for each operation. */
const SEED = Number(process.env.PLINTH_PROPERTY_SEED ?? 7);
const RUNS = Number(process.env.PLINTH_PROPERTY_RUNS ?? 12);
const TOLD = `PLINTH_PROPERTY_SEED=${SEED} PLINTH_PROPERTY_RUNS=${RUNS}`;

describe.each(DATABASES)('on the %s database', { timeout: 120_000 }, (kind) => {
  const service = useTenantService(kind);
  let operations: readonly Operation[] = [];
  let madeSoFar = 0;
  beforeAll(async () => {
    operations = await readOperations(service.url, kind);
  });

  async function call(operation: Operation, path: string, body: unknown, headers = {}) {
    const { scopes, method } = operation;
    const caller = scopes && { tenant: 'acme', scopes };
    return await service.call(caller, method, path, body, headers);
  }

  async function send(operation: Operation, draft: Draft): Promise<Answer> {
    const made = await make(operation);
    const path = urlOf(operation, draft, made);
    return await call(operation, path, draft.body, headersOf(draft, made));
  }

  /** Makes what an operation is about, where another operation does that. */
  async function make(operation: Operation): Promise<Made | undefined> {
    const maker = makerOf(operation, operations);
    if (maker?.body === undefined) return undefined;
    const bodies = arbitraryOf(maker.body);
    for (;;) {
      madeSoFar += 1;
      const [body] = fc.sample(bodies, { seed: SEED + madeSoFar, numRuns: 1 });
      const { status, headers, text } = await call(maker, maker.path, body);
      // Its name is taken: there are not that many short ones.
      if (status === 409) continue;
      expect(status, `${maker.name} with ${JSON.stringify(body)}: ${text}`).toBe(201);
      return { path: headers.get('location') ?? '', etag: headers.get('etag') ?? '' };
    }
  }

  /** Tries an operation with many requests. */
  async function expectAnswers(
    operation: Operation,
    drafts: fc.Arbitrary<Draft>,
    judge: (answer: Answer, told: string, draft: Draft) => void,
  ): Promise<void> {
    const property = fc.asyncProperty(drafts, async (draft) => {
      const answer = await send(operation, draft);
      const told = `${operation.name} ${JSON.stringify(draft)} is answered ${answer.status} ${answer.text}`;
      expect(problemsOfAnswer(operation, answer), told).toEqual([]);
      judge(answer, told, draft);
    });
    await fc.assert(property, { seed: SEED, numRuns: RUNS });
  }

  it(`serves every request that the document allows (${TOLD})`, async () => {
    for (const operation of operations) {
      await expectAnswers(operation, draftsOf(operation), ({ status }, told, draft) => {
        expect(statusesOf(operation, draft), told).toContain(status);
      });
    }
  });

  it(`refuses every other one (${TOLD})`, async () => {
    let refused = 0;
    for (const operation of operations) {
      const misses = missesOf(operation);
      if (misses === undefined) continue;
      await expectAnswers(operation, misses, ({ status }, told) => {
        // An id that can be nobody's may as well be one that nobody has.
        const isInPath = operation.path.includes('{');
        expect(isInPath ? [400, 404] : [400], told).toContain(status);
        refused += 1;
      });
    }
    expect(refused).toBeGreaterThan(RUNS * 10);
  });
});

/** The statuses of a request that is served. */
function statusesOf({ method, responses }: Operation, { headers }: Draft): readonly number[] {
  const hasSeen = (headers['if-none-match'] ?? 'none') !== 'none';
  switch (method) {
    case 'GET':
      return hasSeen ? [304] : [200];
    case 'POST':
      // Not every one makes something: a search only looks.
      if (responses['201'] === undefined) return hasSeen ? [412] : [200];
      // Where something has to be new, chance may name what is there already.
      return [201, 409];
    default:
      // What the client says must not be there, is.
      return hasSeen ? [412] : [200, 204];
  }
}
