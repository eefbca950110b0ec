// The proof of a revision: what was written is run in the scratch, in both directions, and each
// must end exactly where it should. It writes nothing.

import type { Catalog } from '../catalog/index.js';
import { type DiffOptions, diff, type Plan, renderPlan } from '../diff/index.js';
import { isPlinthError, PlinthError } from '../errors/index.js';
import type { Direction } from '../migrate/index.js';
import type { Revision } from '../revisions/index.js';
import { settleRoles, shareRoles, type TwoWays } from '../sides/index.js';

/** What was seen on the way. */
export interface Proof {
  /** The schema after the upgrade. */
  readonly upgraded: Catalog;
  /**
   * Whether the upgrade began from what the history makes. Else it began from what the models make
   * without the revision, which may differ in what servers that the project is for do not have, such as
   * names of NOT NULL constraints.
   */
  readonly isOfHistory: boolean;
}

/**
 * Runs the revision from the end that the scratch holds to the other one and back.
 *
 * @throws PlinthError AUTOGENERATE_UNPROVED with the SQL that is missing.
 */
export async function prove(
  two: TwoWays,
  revision: Revision,
  options: Pick<DiffOptions, 'privileges' | 'serverVersion'>,
): Promise<Proof> {
  const settings = { ...options, owners: false };
  if (revision.irreversible !== undefined) {
    await two.stand('current');
    return { upgraded: await proveUpgrade(two, revision, settings), isOfHistory: true };
  }
  if (two.place === 'current') {
    const upgraded = await proveUpgrade(two, revision, settings);
    await proveDowngrade(two, revision, settings);
    return { upgraded, isOfHistory: true };
  }
  await two.stand('desired');
  const isOfHistory = await proveDowngrade(two, revision, settings);
  return { upgraded: await proveUpgrade(two, revision, settings), isOfHistory };
}

async function proveUpgrade(
  two: TwoWays,
  revision: Revision,
  options: DiffOptions,
): Promise<Catalog> {
  const reached = await rehearse(two, revision, 'upgrade');
  const { desired } = two;
  const { from, to } = settleRoles({ ...desired, catalog: reached }, desired);
  assertSame(from, to, revision, 'upgrade', options);
  return reached;
}

/** @returns Whether it leads to what the history makes to the letter, for the scratch's own version. */
async function proveDowngrade(
  two: TwoWays,
  revision: Revision,
  options: DiffOptions,
): Promise<boolean> {
  const reached = await rehearse(two, revision, 'downgrade');
  const { from, to } = shareRoles(reached, two.current.catalog);
  assertSame(from, to, revision, 'downgrade', options);
  return findDifference(from, to, { ...options, serverVersion: from.serverVersion }) === undefined;
}

async function rehearse(two: TwoWays, revision: Revision, direction: Direction): Promise<Catalog> {
  try {
    return await two.rehearse(revision, direction);
  } catch (error) {
    if (!isPlinthError(error, 'MIGRATE_STATEMENT_FAILED')) throw error;
    throw unproved(revision, direction, `fails in the scratch:\n${error.message}`, error);
  }
}

const ENDS = { upgrade: 'the models', downgrade: 'where it came from' } as const;

/** In both directions: what one end has too much, the other one lacks. */
function findDifference(one: Catalog, other: Catalog, options: DiffOptions): Plan | undefined {
  const plans = [diff(one, other, options), diff(other, one, options)];
  return plans.find(({ changes, statements }) => changes.length > 0 || statements.length > 0);
}

function assertSame(
  reached: Catalog,
  expected: Catalog,
  revision: Revision,
  direction: Direction,
  options: DiffOptions,
): void {
  const differing = findDifference(reached, expected, options);
  if (differing === undefined) return;
  const missing = renderPlan(differing, { hazards: false }).trimEnd();
  const outcome = `does not lead to ${ENDS[direction]}; what is missing:\n${missing}`;
  throw unproved(revision, direction, outcome, undefined);
}

function unproved(
  { id, path }: Revision,
  direction: Direction,
  outcome: string,
  cause: unknown,
): PlinthError {
  return new PlinthError(
    'AUTOGENERATE_UNPROVED',
    `nothing was written: the ${direction} of the new revision ${outcome}`,
    {
      hint: 'Look at revisionTemplate, where the project has one; else write it by hand, and report this.',
      details: { revision: id, path, direction },
      cause,
    },
  );
}
