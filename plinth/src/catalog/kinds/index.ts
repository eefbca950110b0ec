// The kind `index`: of tables, partitioned tables and materialized views. Those that keep a
// constraint belong to the constraint.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { repeatComment } from '../constraints/constraint-statements.js';
import { becomesConstraint } from '../constraints/key-promotion.js';
import { isEqualData } from '../equal-data.js';
import { arrive, renameIndexed } from '../indexes/index-arrival.js';
import { buildAtOnce, buildConcurrently } from '../indexes/index-build.js';
import { indexedRelation, USUAL_INDEX } from '../indexes/index-definition.js';
import { tidyKeys } from '../indexes/index-keys.js';
import { isSameIndex, reactOfIndex } from '../indexes/index-reaction.js';
import {
  INDEX_JOINS,
  INDEX_PAIRS,
  IS_USER_RELATION,
  indexKeys,
  indexTables,
  RELATION_ADDRESS,
} from '../indexes/index-rows.js';
import {
  changeSettings,
  changesInPlace,
  parametersClause,
  reindex,
  settleIndex,
  tablespaceClause,
} from '../indexes/index-storage.js';
import {
  buildsEach,
  changeAttachment,
  goesAlong,
  isBoundBy,
  isOnline,
  leavingPartitions,
  losesChild,
  namesTaken,
  treeNeeds,
} from '../indexes/index-tree.js';
import type { PlainIndexDefinition } from '../indexes/plain-index.js';
import {
  type Alteration,
  altered,
  alteredAlone,
  type KindSpec,
  REBUILT,
  type Sides,
} from '../kind.js';
import { ownName, qualifiedName } from '../object-id.js';
import { readable } from '../printed/readable.js';
import { address, sparseDefinition } from '../reading/query-fragments.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import { lockAll, lockChanges } from '../tables/relation-locks.js';
import { layOut } from '../writing/lay-out.js';
import { temporaryName } from '../writing/temporary-name.js';

type Index = CatalogObject<PlainIndexDefinition>;

export const index: KindSpec<PlainIndexDefinition> = {
  name: 'index',
  presence: { catalog: 'pg_class', where: `relkind IN ('i', 'I')` },
  query,
  defaults: USUAL_INDEX,
  target,
  create,
  drop,
  alter,
  isSame,
  requires: treeNeeds,
  awaits: leavingPartitions,
  leavesAfter: isBoundBy,
  occupies: namesTaken,
  react: reactOfIndex,
  rename: renameIndexed,
  renamesFreely: true,
};

const HEAD = `('CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX '
            || quote_ident(x.relname) || ' ON ' || CASE x.relkind WHEN 'I' THEN 'ONLY ' ELSE '' END
            || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || ' USING '
            || quote_ident(am.amname) || ' ')`;

// OFFSET 0 keeps the planner from deparsing an index once for each use of its text.
function query(): string {
  return `WITH RECURSIVE ${indexTables('i')}
    SELECT ARRAY[${address('pg_class', 'x.oid')}] AS addresses,
      ARRAY[n.nspname, x.relname]::text[] AS names,
      ${RELATION_ADDRESS} AS parent,
      ${sparseDefinition({
        always: `'on', json_build_array(n.nspname, c.relname),
          'unique', i.indisunique, 'method', am.amname,
          'keys', ${indexKeys('d.text', HEAD, `coalesce(' WHERE ' || d.predicate, '')`)},
          'where', d.predicate`,
        ...INDEX_PAIRS,
      })}
    FROM (SELECT i.* FROM pg_index i LEFT JOIN pg_constraint k ON k.conrelid = i.indrelid
          AND k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
        WHERE k.oid IS NULL) i ${INDEX_JOINS}
    CROSS JOIN LATERAL (SELECT pg_get_indexdef(x.oid) AS text,
      pg_get_expr(i.indpred, i.indrelid) AS predicate OFFSET 0) d
    WHERE ${IS_USER_RELATION}
    ORDER BY n.nspname, c.relname, x.relname`;
}

function target({ names }: Index): string {
  return `INDEX ${qualifiedName(names)}`;
}

function create(object: Index, sides: Sides): readonly Statement[] {
  return arrive(object, sides, () => [build(object, sides)]);
}

/** Under its own name, or under another one in whose place it goes. */
function build(object: Index, sides: Sides): Statement {
  const { definition, parent } = object;
  const relation = indexedRelation(object);
  const isLive = parent !== null && !sides.isCreated(parent);
  const concurrently = isOnline(parent, sides) && definition.tree === null;
  const only = buildsEach(object, sides);
  const words = ['CREATE', ...(definition.unique ? ['UNIQUE'] : []), 'INDEX'];
  if (concurrently) words.push('CONCURRENTLY');
  const { where, keys, method } = definition;
  const using = method === 'btree' ? '' : ` USING ${quoteIdentifier(method)}`;
  const sql = layOut(`${words.join(' ')} ${ownName(object)}`, [
    `ON ${only ? 'ONLY ' : ''}${relation}${using} ${tidyKeys(keys)}`,
    ...parametersClause(definition),
    ...tablespaceClause(definition),
    ...(where === null ? [] : [`WHERE ${readable(where)}`]),
  ]);
  const unique = definition.unique ? tidyKeys(keys) : undefined;
  const building = { relation, name: qualifiedName(object.names), unique };
  if (concurrently) return statement(sql, buildConcurrently(building));
  // Without those of the partitions there is nothing to read.
  if (only) return statement(sql, { locks: isLive ? [{ mode: 'SHARE', on: relation }] : [] });
  return statement(sql, isLive ? buildAtOnce(building) : {});
}

function drop(object: Index, sides: Sides): readonly Statement[] {
  if (goesAlong(object, sides) || becomesConstraint(object, sides)) return [];
  const { parent, definition } = object;
  const relation = indexedRelation(object);
  const concurrently = isOnline(parent, sides) && definition.tree === null;
  const name = qualifiedName(object.names);
  const hazards = sides.after(object.id) === undefined ? loss(object) : [];
  return [
    concurrently
      ? statement(`DROP INDEX CONCURRENTLY ${name}`, {
          transactional: false,
          locks: lockChanges(relation),
          hazards,
        })
      : statement(`DROP INDEX ${name}`, {
          locks: [...lockAll(relation), ...lockAll(name)],
          hazards,
        }),
  ];
}

/** What it means that it goes for good. */
function loss(object: Index): readonly Hazard[] {
  const { unique, keys } = object.definition;
  if (!unique) return [];
  const message = `INSERT … ON CONFLICT that relies on ${ownName(object)} fails, and two rows of ${indexedRelation(object)} can have the same ${tidyKeys(keys)}`;
  return [{ kind: 'breaks-code', message }];
}

function isSame(before: Index, after: Index, sides: Sides): boolean {
  return isSameIndex(before, after) && !losesChild(before, sides);
}

function alter(before: Index, after: Index, sides: Sides): Alteration {
  const attachment = changeAttachment(before, after, sides);
  if (attachment === undefined || losesChild(before, sides)) return REBUILT;
  if (!isAlike(before.definition, after.definition)) return replace(before, after, sides);
  const { isValid, tree } = after.definition;
  if (!isValid && tree !== null && before.definition.isValid) return REBUILT;
  const isBroken = isValid && !before.definition.isValid && tree === null;
  return altered(
    ...(isBroken ? [repair(after, sides)] : []),
    ...changeSettings(before.definition, after, sides),
    ...attachment,
  );
}

/** Whether it need not be built anew. */
function isAlike(before: PlainIndexDefinition, after: PlainIndexDefinition): boolean {
  return (
    isEqualData(before.on, after.on) &&
    before.unique === after.unique &&
    before.method === after.method &&
    before.keys === after.keys &&
    before.where === after.where &&
    changesInPlace(before, after)
  );
}

/** The new one is there before the old one goes. */
function replace(before: Index, after: Index, sides: Sides): Alteration {
  const { tree, attached } = after.definition;
  const isLone =
    tree === null &&
    attached === null &&
    before.definition.attached === null &&
    before.parent === after.parent;
  if (!isLone || !isOnline(after.parent, sides)) return REBUILT;
  const fresh = { ...after, names: temporaryName(after.names) };
  const statements = [
    build(fresh, sides),
    ...settleIndex(fresh),
    ...drop(before, sides),
    ...renameIndexed(fresh, after.names),
    ...repeatComment(target(after), before.comment, after.comment),
  ];
  // A foreign key, an identity or a cluster order may stand on it.
  return alteredAlone(...statements);
}

/** Builds an index anew whose building has failed. */
function repair(object: Index, sides: Sides): Statement {
  if (isOnline(object.parent, sides)) return reindex(object, 'INDEX CONCURRENTLY');
  const { keys, unique } = object.definition;
  const name = qualifiedName(object.names);
  const building = { relation: indexedRelation(object), name };
  return statement(
    `REINDEX INDEX ${name}`,
    buildAtOnce({ ...building, unique: unique ? keys : undefined }),
  );
}
