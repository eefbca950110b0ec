// The kinds of primary keys and unique constraints, which differ in two words.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { type Building, buildAtOnce, buildConcurrently } from '../indexes/index-build.js';
import { indexName } from '../indexes/index-definition.js';
import { changeSettings, parametersClause, tablespaceClause } from '../indexes/index-storage.js';
import { buildsEach, isOnline } from '../indexes/index-tree.js';
import type { KindSpec, Sides } from '../kind.js';
import { outerName, ownName, qualifiedName } from '../object-id.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import { lockAll } from '../tables/relation-locks.js';
import { layOut } from '../writing/lay-out.js';
import { temporaryName } from '../writing/temporary-name.js';
import { addConstraint, deferrableWords, replaceConstraint } from './constraint-statements.js';
import { indexedConstraint } from './indexed-constraint.js';
import {
  columnList,
  includeClause,
  type KeyDefinition,
  keyColumns,
  USUAL_KEY,
} from './key-definition.js';
import { promotedIndex } from './key-promotion.js';
import { keyQuery } from './key-rows.js';

type Key = CatalogObject<KeyDefinition>;

export function keyConstraint(name: 'primary-key' | 'unique-constraint'): KindSpec<KeyDefinition> {
  const letter = name === 'primary-key' ? 'p' : 'u';
  return indexedConstraint<KeyDefinition>({
    name,
    presence: { catalog: 'pg_constraint', where: `contype = '${letter}'` },
    query: (serverVersion) => keyQuery(letter, serverVersion),
    defaults: USUAL_KEY,
    words,
    build,
    exchange,
    loss,
  });
}

/** `UNIQUE (a, b) WITH (fillfactor = 70) DEFERRABLE` */
function words({ kind, definition }: Key): readonly string[] {
  const { columns, include, nullsNotDistinct, withoutOverlaps } = definition;
  const list = columnList(columns);
  const nulls = nullsNotDistinct ? ' NULLS NOT DISTINCT' : '';
  return [
    `${typeOf(kind)}${nulls} ${withoutOverlaps ? `${list.slice(0, -1)} WITHOUT OVERLAPS)` : list}`,
    ...includeClause(include),
    ...parametersClause(definition),
    ...tablespaceClause(definition).map((clause) => `USING INDEX ${clause}`),
    ...deferrableWords(definition),
  ];
}

function typeOf(kind: string): string {
  return kind === 'primary-key' ? 'PRIMARY KEY' : 'UNIQUE';
}

function build(object: Key, sides: Sides): readonly Statement[] {
  const promoted = promotedIndex(object, sides);
  if (promoted !== undefined) {
    const settings = changeSettings(promoted.definition, object, sides);
    return [useIndex(object, indexName(object)), ...settings];
  }
  if (isBuiltBesides(object, sides)) {
    return [buildIndex(object, indexName(object)), useIndex(object, indexName(object))];
  }
  const only = buildsEach(object, sides);
  const isLive = object.parent !== null && !sides.isCreated(object.parent);
  const facts = isLive && !only ? buildAtOnce(buildingOf(object), { reads: true }) : {};
  return [addConstraint(object, words(object), facts, only)];
}

function exchange(_before: Key, after: Key, sides: Sides): readonly Statement[] {
  if (isBuiltBesides(after, sides)) {
    const index = temporaryName(indexName(after));
    return [buildIndex(after, index), useIndex(after, index, true)];
  }
  const facts = buildAtOnce(buildingOf(after), { reads: true });
  return [replaceConstraint(after, words(after), facts)];
}

/** Whether its index can be built first, while rows are read and written. */
function isBuiltBesides({ parent, definition }: Key, sides: Sides): boolean {
  return isOnline(parent, sides) && definition.tree === null && !definition.withoutOverlaps;
}

function buildIndex(object: Key, names: readonly string[]): Statement {
  const { definition } = object;
  const name = quoteIdentifier(names.at(-1) ?? '');
  const clauses = [
    `ON ${outerName(object)} ${keyColumns(definition)}`,
    ...parametersClause(definition),
    ...tablespaceClause(definition),
  ];
  const building = { ...buildingOf(object), name: qualifiedName(names) };
  return statement(
    layOut(`CREATE UNIQUE INDEX CONCURRENTLY ${name}`, clauses),
    buildConcurrently(building),
  );
}

/** A successor is put in the place of the old one by the same statement. */
function useIndex(object: Key, index: readonly string[], isSuccessor = false): Statement {
  const using = [
    `${typeOf(object.kind)} USING INDEX ${quoteIdentifier(index.at(-1) ?? '')}`,
    ...deferrableWords(object.definition),
  ];
  const facts = { locks: lockAll(outerName(object)) };
  return isSuccessor
    ? replaceConstraint(object, using, facts)
    : addConstraint(object, using, facts);
}

function buildingOf(object: Key): Building {
  const { columns, withoutOverlaps } = object.definition;
  const list = columnList(columns);
  return {
    relation: outerName(object),
    name: qualifiedName(indexName(object)),
    unique: withoutOverlaps ? `${list} at a time` : list,
  };
}

function loss(object: Key): readonly Hazard[] {
  const list = columnList(object.definition.columns);
  const message = `INSERT … ON CONFLICT that relies on ${ownName(object)} fails, and two rows of ${outerName(object)} can have the same ${list}`;
  return [{ kind: 'breaks-code', message }];
}
