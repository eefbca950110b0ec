// The diff of two catalogs: pure, and the same text for the same input.

import { bornWith, type Catalog, type CatalogObject } from '../catalog/index.js';
import { PlinthError } from '../errors/index.js';
import { orderGroups } from './break-cycles.js';
import { CatalogIndex } from './catalog-index.js';
import { decideFates } from './decide-fates.js';
import type { Fates, Refusal } from './fate.js';
import { foldNodes } from './fold-nodes.js';
import { kindOf } from './kind-of.js';
import type { Change, DiffOptions, Plan } from './plan.js';
import { applyRenames } from './renames.js';
import { spreadDisturbances } from './spread-disturbances.js';
import { proposeRenames } from './suggest-renames.js';
import { TwoSides } from './two-sides.js';
import { buildWorkGraph } from './work-graph.js';
import { writeStatements } from './write-statements.js';

/**
 * The ordered statements that turn one schema into another.
 *
 * Both catalogs must have been read from the same major version of PostgreSQL: it prints the same
 * object differently from one major to the next.
 *
 * @throws PlinthError DIFF_REFUSED where PostgreSQL has no way from one to the other that keeps
 *   the rows; DIFF_RENAME_INVALID where a rename names nothing.
 * @example const plan = diff(await introspect(production), await introspect(wanted));
 */
export function diff(from: Catalog, to: Catalog, options: DiffOptions = {}): Plan {
  // Where owners are not compared, those that are there stay: privileges are told by them.
  const old = new CatalogIndex(strip(from, { ...options, owners: true }));
  const after = new CatalogIndex(strip(to, options));
  const renamed = applyRenames(old, after, options.renames ?? []);
  const before = renamed.from;
  const fates: Fates = new Map();
  const sides = new TwoSides({
    from: before,
    to: after,
    fates,
    plain: options.plain ?? false,
    serverVersion: options.serverVersion ?? from.serverVersion,
    role: from.role,
  });
  refuse([
    ...decideFates(before, after, fates, sides),
    ...spreadDisturbances(before, after, fates, sides),
  ]);
  const graph = buildWorkGraph(before, after, fates, sides);
  foldNodes(graph, before, after, sides);
  const { groups, unordered } = orderGroups(graph, before, after);
  // The one who runs the plan will own what it creates.
  const born = bornWith({ ...after.catalog, role: from.role });
  const writing = { from: before, to: after, fates, sides, born, unordered };
  const statements = [...renamed.statements, ...writeStatements(groups, writing)];
  return {
    changes: [...renamed.changes, ...changesOf(fates)],
    statements: proposeRenames(statements, before, after),
    unmodelled: { from: from.unmodelled, to: to.unmodelled },
  };
}

/** Takes out what is not compared. */
function strip(newest: Catalog, options: DiffOptions): Catalog {
  const { owners = true, privileges = true, serverVersion = newest.serverVersion } = options;
  const catalog = serverVersion < newest.serverVersion ? asOn(newest, serverVersion) : newest;
  if (owners && privileges) return catalog;
  const objects = catalog.objects
    .filter((object) => privileges || kindOf(object).onlyPrivileges !== true)
    .map(
      (object): CatalogObject => ({
        ...object,
        owner: owners ? object.owner : null,
        privileges: privileges ? object.privileges : null,
      }),
    );
  return { ...catalog, objects };
}

/** The catalog as an older server would have it. */
function asOn(catalog: Catalog, serverVersion: number): Catalog {
  const objects = catalog.objects.flatMap((object) => {
    const kind = kindOf(object);
    const told = kind.asOn === undefined ? object : kind.asOn(object, serverVersion);
    return told ?? [];
  });
  if (objects.length === catalog.objects.length) return { ...catalog, objects };
  const there = new Set(objects.map(({ id }) => id));
  const dependencies = catalog.dependencies.filter(
    ({ dependent, on }) => there.has(dependent) && there.has(on),
  );
  return { ...catalog, objects, dependencies };
}

const VERBS = {
  create: 'create',
  alter: 'alter',
  drop: 'drop',
  retire: 'drop',
  rebuild: 'rebuild',
  swap: 'rebuild',
} as const;

function changesOf(fates: Fates): readonly Change[] {
  const changes: Change[] = [];
  for (const [object, { how }] of fates) {
    if (how !== 'keep') changes.push({ verb: VERBS[how], object });
  }
  return changes.sort((a, b) => (a.object < b.object ? -1 : 1));
}

function refuse(refusals: readonly Refusal[]): void {
  if (refusals.length === 0) return;
  const lines = refusals.map(({ object, reason }) => `  ${object}: ${reason}`);
  throw new PlinthError(
    'DIFF_REFUSED',
    `No way leads from one to the other:\n${lines.join('\n')}`,
    {
      hint: 'Write this change by hand, in steps that keep the rows.',
      details: { refusals },
    },
  );
}
