// What of an index changes in place: storage parameters, tablespace, statistics targets,
// extensions it is tied to.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { isEqualData } from '../equal-data.js';
import type { Sides } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { changeTies } from '../reading/extension-ties.js';
import { type Statement, statement } from '../statement.js';
import { lockAll, lockChanges } from '../tables/relation-locks.js';
import { changeParameters, parameterText } from '../tables/storage-parameters.js';
import { type IndexDefinition, indexedRelation, indexName } from './index-definition.js';
import { isOnline } from './index-tree.js';

type Indexed = CatalogObject<IndexDefinition>;
type Settings = Pick<IndexDefinition, 'storage' | 'tablespace' | 'targets' | 'extensions'>;

/** What PostgreSQL gives to an index that comes with another one. */
export function inheritedSettings({ storage, tablespace }: IndexDefinition): Settings {
  return { storage, tablespace, targets: [], extensions: [] };
}

/** `WITH (fillfactor = 70)` */
export function parametersClause({ storage }: IndexDefinition): readonly string[] {
  return storage.length === 0 ? [] : [`WITH (${parameterText(storage)})`];
}

export function tablespaceClause({ tablespace }: IndexDefinition): readonly string[] {
  return tablespace === null ? [] : [`TABLESPACE ${quoteIdentifier(tablespace)}`];
}

/** What CREATE has no words for. */
export function settleIndex(object: Indexed): readonly Statement[] {
  const { storage, tablespace } = object.definition;
  const fresh = { storage, tablespace, targets: [], extensions: [] };
  return [...changeTargets(fresh, object), ...tie(fresh, object)];
}

/**
 * These matter to an index when rows are written or pages split. Others decide how it is built,
 * so that only a new one has them.
 */
const LIVE = new Set([
  'autosummarize',
  'buffering',
  'deduplicate_items',
  'fastupdate',
  'fillfactor',
  'gin_pending_list_limit',
]);

/** Whether the parameters that differ take effect without building the index anew. */
export function changesInPlace(before: IndexDefinition, after: IndexDefinition): boolean {
  const differing = differingParameters(before, after);
  // An index of a partitioned table cannot change them at all.
  if (after.tree !== null && differing.length > 0) return false;
  return differing.every((name) => LIVE.has(name));
}

/** Names of parameters that one of the two has, or has with another value. */
function differingParameters(before: Settings, after: Settings): readonly string[] {
  return [
    ...before.storage.filter((parameter) => !after.storage.includes(parameter)),
    ...after.storage.filter((parameter) => !before.storage.includes(parameter)),
  ].map((parameter) => parameter.slice(0, parameter.indexOf('=')));
}

/** The statements that lead from one state of an index to another. */
export function changeSettings(
  before: Settings,
  after: Indexed,
  sides: Sides,
): readonly Statement[] {
  return [
    ...changeTablespace(before, after, sides),
    ...changeStorage(before, after),
    ...changeTargets(before, after),
    ...tie(before, after),
  ];
}

/** These can be changed while rows are written. */
const LIGHT = new Set(['deduplicate_items', 'fillfactor']);

function changeStorage(before: Settings, after: Indexed): readonly Statement[] {
  const name = qualifiedName(indexName(after));
  const isLight = differingParameters(before, after.definition).every((one) => LIGHT.has(one));
  const locks = isLight ? lockChanges(name) : lockAll(name);
  return changeParameters(before.storage, after.definition.storage).map((action) =>
    statement(`ALTER INDEX ${name} ${action}`, { locks }),
  );
}

function changeTablespace(before: Settings, after: Indexed, sides: Sides): readonly Statement[] {
  const { tablespace, tree } = after.definition;
  if (before.tablespace === tablespace) return [];
  const name = qualifiedName(indexName(after));
  const space = quoteIdentifier(tablespace ?? 'pg_default');
  // PostgreSQL cannot build the index of an exclusion constraint beside the old one.
  const isBesides = isOnline(after.parent, sides) && after.kind !== 'exclusion-constraint';
  if (tree === null && isBesides) {
    return [reindex(after, `(CONCURRENTLY, TABLESPACE ${space}) INDEX`)];
  }
  const hazards =
    tree === null
      ? ([
          { kind: 'blocks-reads', message: `what uses ${name} waits until it is copied` },
          { kind: 'blocks-writes', message: `writes to its table wait until ${name} is copied` },
        ] as const)
      : [];
  return [
    statement(`ALTER INDEX ${name} SET TABLESPACE ${space}`, { locks: lockAll(name), hazards }),
  ];
}

/** Builds the index anew beside the old one, by `words` such as `INDEX CONCURRENTLY`. */
export function reindex(object: Indexed, words: string): Statement {
  const relation = indexedRelation(object);
  return statement(`REINDEX ${words} ${qualifiedName(indexName(object))}`, {
    transactional: false,
    locks: lockChanges(relation),
    hazards: [
      {
        kind: 'scans-table',
        message: `every row of ${relation} is read, while reads and writes go on`,
      },
    ],
  });
}

function changeTargets(before: Settings, after: Indexed): readonly Statement[] {
  const { targets } = after.definition;
  if (isEqualData(before.targets, targets)) return [];
  const kept = new Set(targets.map(([position]) => position));
  const gone = before.targets.filter(([position]) => !kept.has(position));
  const name = qualifiedName(indexName(after));
  return [...gone.map(([position]) => [position, -1] as const), ...targets].map(
    ([position, target]) =>
      statement(`ALTER INDEX ${name} ALTER COLUMN ${position} SET STATISTICS ${target}`, {
        locks: lockChanges(name),
      }),
  );
}

function tie(before: Settings, after: Indexed): readonly Statement[] {
  const name = qualifiedName(indexName(after));
  return changeTies(before.extensions, after.definition.extensions).map((action) =>
    statement(`ALTER INDEX ${name} ${action}`, { locks: lockAll(name) }),
  );
}
