// Properties of the diff on random schemas over all kinds: any one becomes any other and comes
// back, and its rows stay. PLINTH_PROPERTY_SEED is the first seed, PLINTH_PROPERTY_RUNS says how
// many are tried, and PLINTH_PROPERTY_SHRINK=1 makes those that fail or are refused smaller.

import { afterAll, describe, expect, it } from 'vitest';
import { type DiffServer, diffServers, dropRoles } from '../support/diff-servers.js';
import { drawGenes, mutate, renderSchema } from '../support/random-schema/random-schema.js';
import { type GenePair, shrink } from '../support/random-schema/shrink.js';
import { type Outcome, tryChange } from '../support/random-schema/try-change.js';

const runs = Number(process.env.PLINTH_PROPERTY_RUNS ?? 12);
// The same each time, so that a run of all tests says something about the change it follows.
const seed = Number(process.env.PLINTH_PROPERTY_SEED ?? 9000);
const shrinks = process.env.PLINTH_PROPERTY_SHRINK === '1';
const seeds = Array.from({ length: runs }, (_, run) => seed + run);

/** Of the directions, in percent. */
const MOST_REFUSED = 5;

describe('a random schema', () => {
  const outcomes: Outcome[] = [];
  const refusals: string[] = [];

  afterAll(async () => {
    for (const server of await diffServers()) await dropRoles(server);
    process.stdout.write(`${[summary(outcomes), ...refusals.map(reasonOf)].join('\n')}\n`);
  });

  it.each(seeds)(
    'becomes another and comes back (PLINTH_PROPERTY_SEED=%i PLINTH_PROPERTY_RUNS=1)',
    async (own) => {
      const server = await serverFor(own);
      const pair = pairFor(own, server.major);
      const outcome = await attempt(pair, server);
      outcomes.push(outcome);
      if (outcome.verdict === 'refused') refusals.push(`seed ${own}: ${outcome.told}`);
      if (outcome.verdict === 'failed' || (outcome.verdict === 'refused' && shrinks)) {
        const told = shrinks ? await tellSmaller(pair, server, outcome) : outcome.told;
        expect.fail(`seed ${own} on PostgreSQL ${server.major}: ${problemOf(outcome)}\n\n${told}`);
      }
    },
    shrinks ? 600_000 : 60_000,
  );

  it('is hardly ever refused, and most of its tables hold rows', () => {
    expect(refusals.length * 100, refusals.join('\n')).toBeLessThanOrEqual(
      Math.max(runs * MOST_REFUSED, 100),
    );
    const tallies = outcomes.flatMap((outcome) => ('tally' in outcome ? outcome.tally : []));
    const tables = sum(tallies.map((tally) => tally.tables));
    expect(sum(tallies.map((tally) => tally.filled)) * 2).toBeGreaterThanOrEqual(tables);
  });
});

/** Where pg_dump judges, mostly; every third time the run's own server, which may be newer. */
async function serverFor(own: number): Promise<DiffServer> {
  const [first, ...others] = await diffServers();
  const judged = [first, ...others].find((server) => server?.pgDump !== undefined) ?? first;
  const server = own % 3 === 0 ? first : judged;
  if (server === undefined) throw new Error('There is no server.');
  return server;
}

/** The other schema is mostly the first one after a few changes, sometimes one of its own. */
function pairFor(own: number, major: number): GenePair {
  const from = drawGenes(`${own}`);
  return {
    from,
    to: own % 10 === 9 ? drawGenes(`${own}'`, `${own}`) : mutate(from, `${own}`, major),
  };
}

async function attempt({ from, to }: GenePair, server: DiffServer): Promise<Outcome> {
  const [left, right] = [renderSchema(from, server.major), renderSchema(to, server.major)];
  return await tryChange({ server, from: left, to: right });
}

async function tellSmaller(
  pair: GenePair,
  server: DiffServer,
  first: Extract<Outcome, { verdict: 'failed' | 'refused' }>,
): Promise<string> {
  let smallest = first.told;
  await shrink(pair, async (smaller) => {
    const outcome = await attempt(smaller, server);
    if (outcome.verdict === 'converged' || problemOf(outcome) !== problemOf(first)) return false;
    smallest = outcome.told;
    return true;
  });
  return smallest;
}

function problemOf(outcome: Outcome): string {
  return outcome.verdict === 'failed' ? outcome.problem : outcome.verdict;
}

/** Without the schemas that follow it. */
function reasonOf(refusal: string): string {
  return refusal.slice(0, refusal.indexOf('\n\n'));
}

function summary(outcomes: readonly Outcome[]): string {
  const count = (verdict: Outcome['verdict']) =>
    outcomes.filter((outcome) => outcome.verdict === verdict).length;
  const tallies = outcomes.flatMap((outcome) => ('tally' in outcome ? outcome.tally : []));
  const total = (field: keyof (typeof tallies)[number]) =>
    sum(tallies.map((tally) => tally[field]));
  return [
    `random schemas from seed ${seed}: ${count('converged')} converged, ${count('refused')} refused, ${count('failed')} failed;`,
    `${total('taken')} of ${total('statements')} statements taken,`,
    `${total('filled')} of ${total('tables')} tables with rows,`,
    `${total('unfit')} directions whose rows did not fit`,
  ].join(' ');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
