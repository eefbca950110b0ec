// The kind `check-constraint`: of tables and foreign tables, with the copies that partitions and
// children have of it. Those of domains are another kind.

import type { CatalogObject, ObjectId } from '../catalog-object.js';
import {
  type CheckDefinition,
  checksAbove,
  comesFromAbove,
  isSameCheck,
  isStillLinked,
  linksBelow,
  linksOf,
  USUAL_CHECK,
} from '../constraints/check-definition.js';
import {
  addConstraint,
  alterTableOf,
  constraintClause,
  constraintName,
  constraintTarget,
  dropConstraint,
  renameConstraint,
  repeatComment,
  replaceConstraint,
  validateConstraint,
} from '../constraints/constraint-statements.js';
import { isEqualData } from '../equal-data.js';
import { IS_USER_RELATION, RELATION_ADDRESS } from '../indexes/index-rows.js';
import { isOnline } from '../indexes/index-tree.js';
import {
  type Alteration,
  altered,
  type Disturbance,
  type KindSpec,
  REBUILT,
  type Reaction,
  refused,
  type Sides,
} from '../kind.js';
import { outerName, ownName } from '../object-id.js';
import { readable } from '../printed/readable.js';
import { address, sparseDefinition } from '../reading/query-fragments.js';
import { type Statement, type StatementFacts, statement } from '../statement.js';
import { lockAll, lockChanges } from '../tables/relation-locks.js';

type Check = CatalogObject<CheckDefinition>;

const NOT_ENFORCED_SINCE = 180_000;

export const checkConstraint: KindSpec<CheckDefinition> = {
  name: 'check-constraint',
  noun: 'CONSTRAINT',
  presence: { catalog: 'pg_constraint', where: `contype = 'c'` },
  query,
  defaults: USUAL_CHECK,
  target: constraintTarget,
  clause,
  create: (object, sides) => (comesFromAbove(object, sides) ? [] : add(object, sides)),
  drop,
  alter,
  isSame: (before, after) =>
    isSameCheck(before, after) &&
    before.definition.local === after.definition.local &&
    isEqualData(before.definition.from, after.definition.from),
  requires: (object) => [
    ...linksBelow(object),
    ...(object.definition.from.length === 0 ? [] : [...checksAbove(object), ...linksOf(object)]),
  ],
  // It outlasts the links of its table, and has to be there before its table is put below another.
  leavesAfter: isBoundBy,
  arrivesBefore: (object, on) => object.definition.validated && linksOf(object).includes(on),
  occupies: (object) => [constraintName(object)],
  react,
  rename: (object, names) => [renameConstraint(object, names)],
  renamesFreely: true,
};

function query(serverVersion: number): string {
  const enforced = serverVersion < NOT_ENFORCED_SINCE ? 'true' : 'k.conenforced';
  return `
    WITH RECURSIVE below AS (
      SELECT k.oid, h.inhrelid AS relation
      FROM pg_constraint k JOIN pg_inherits h ON h.inhparent = k.conrelid
      WHERE k.contype = 'c' AND NOT k.convalidated AND NOT k.connoinherit
      UNION
      SELECT b.oid, h.inhrelid FROM below b JOIN pg_inherits h ON h.inhparent = b.relation
    )
    SELECT ARRAY[${address('pg_constraint', 'k.oid')}] AS addresses,
      ARRAY[n.nspname, c.relname, k.conname]::text[] AS names,
      ${RELATION_ADDRESS} AS parent,
      ${sparseDefinition({
        always: `'expression', pg_get_expr(k.conbin, k.conrelid)`,
        rest: `'noInherit', k.connoinherit, 'validated', k.convalidated, 'enforced', ${enforced},
          'local', k.conislocal, 'from', coalesce(above.tables, '[]'::json),
          'hasHeirs', NOT k.connoinherit AND heirs.inhparent IS NOT NULL,
          'heirs', coalesce(links.heirs, '[]'::json)`,
        isUsual: `NOT k.connoinherit AND k.convalidated AND ${enforced} AND k.conislocal
          AND above.inhrelid IS NULL AND heirs.inhparent IS NULL AND links.oid IS NULL`,
      })}
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN (SELECT h.inhrelid, a.conname,
          json_agg(json_build_array(n.nspname, p.relname) ORDER BY h.inhseqno) AS tables
        FROM pg_inherits h JOIN pg_constraint a ON a.conrelid = h.inhparent
          JOIN pg_class p ON p.oid = h.inhparent JOIN pg_namespace n ON n.oid = p.relnamespace
        WHERE a.contype = 'c' AND NOT a.connoinherit
        GROUP BY h.inhrelid, a.conname) above
        ON above.inhrelid = k.conrelid AND above.conname = k.conname AND k.coninhcount > 0
      LEFT JOIN (SELECT b.oid, json_agg(json_build_object(
          'kind', CASE WHEN c.relispartition THEN 'partition' ELSE 'inheritance' END,
          'names', json_build_array(n.nspname, c.relname)) ORDER BY n.nspname, c.relname) AS heirs
        FROM below b JOIN pg_class c ON c.oid = b.relation
          JOIN pg_namespace n ON n.oid = c.relnamespace
        GROUP BY b.oid) links ON links.oid = k.oid
      LEFT JOIN (SELECT DISTINCT inhparent FROM pg_inherits) heirs ON heirs.inhparent = c.oid
    WHERE k.contype = 'c' AND ${IS_USER_RELATION}
    ORDER BY n.nspname, c.relname, k.conname`;
}

function isBoundBy(object: Check, on: ObjectId): boolean {
  return [...checksAbove(object), ...linksOf(object), ...linksBelow(object)].includes(on);
}

/** What comes by PARTITION OF or INHERITS is folded in without a word. */
function clause(object: Check, sides: Sides): string | undefined {
  if (comesFromAbove(object, sides)) return '';
  const { enforced, validated } = object.definition;
  // CREATE TABLE takes NOT VALID and forgets it.
  if (enforced && !validated) return undefined;
  return constraintClause(object, words(object, 4));
}

function words({ definition }: Check, indent = 0): readonly string[] {
  const { expression, noInherit, enforced } = definition;
  return [
    `CHECK (${readable(expression, indent)})`,
    ...(noInherit ? ['NO INHERIT'] : []),
    ...(enforced ? [] : ['NOT ENFORCED']),
  ];
}

type Adding = (object: Check, text: readonly string[], facts: StatementFacts) => Statement;

function add(object: Check, sides: Sides, how: Adding = addConstraint): readonly Statement[] {
  const text = words(object);
  const { enforced, validated } = object.definition;
  const locks = lockAll(outerName(object));
  if (!enforced) return [how(object, text, { locks })];
  const unchecked = how(object, [...text, 'NOT VALID'], { locks });
  if (!validated) return [unchecked];
  if (isOnline(object.parent, sides)) return [unchecked, validate(object)];
  const isLive = object.parent !== null && !sides.isCreated(object.parent);
  const waiting = [
    { kind: 'blocks-reads', message: `reads of ${outerName(object)} wait until that is done` },
    { kind: 'blocks-writes', message: `writes to ${outerName(object)} wait until that is done` },
  ] as const;
  const hazards = isLive ? [...checking(object), ...waiting] : [];
  return [how(object, text, { locks: isLive ? locks : [], hazards })];
}

function validate(object: Check): Statement {
  const locks = lockChanges(outerName(object));
  return validateConstraint(object, { locks, hazards: checking(object) });
}

function checking(object: Check) {
  const [table, name] = [outerName(object), ownName(object)];
  return [
    { kind: 'scans-table', message: `every row of ${table} is read` },
    { kind: 'can-fail', message: `fails where a row of ${table} does not fulfil ${name}` },
  ] as const;
}

function drop(object: Check, sides: Sides): readonly Statement[] {
  const { local, from } = object.definition;
  if (!local && isStillLinked(object, sides)) return [];
  if (from.length === 0) return [dropConstraint(object)];
  // It may have gone with a column, or with the one above it, by then.
  const sql = `${alterTableOf(object)} DROP CONSTRAINT IF EXISTS ${ownName(object)}`;
  return [statement(sql, { locks: lockAll(outerName(object)) })];
}

function alter(before: Check, after: Check, sides: Sides): Alteration {
  const [old, wanted] = [before.definition, after.definition];
  const isSame = isSameCheck(before, after);
  if (!wanted.local) {
    // PostgreSQL keeps it for the table's own when the table is put below another one.
    if (old.local && isStillLinked(before, sides)) return refused(onlyInherited(after));
    // Its own would be in the way of the one from above, or outlast it.
    if (old.local && isStillLinked(after, sides)) return REBUILT;
    return isSame || comesFromAbove(after, sides) ? altered() : REBUILT;
  }
  if (!old.local && isStillLinked(before, sides)) {
    return isSame ? altered(...add(after, sides)) : REBUILT;
  }
  if (isSame) return altered();
  const { validated: _old, ...oldRest } = old;
  const { validated, ...rest } = wanted;
  if (validated && isEqualData(oldRest, rest)) return altered(validate(after));
  const comesLate = wanted.hasHeirs && !wanted.validated;
  if (old.hasHeirs || comesLate || old.from.length > 0) return REBUILT;
  return altered(
    ...add(after, sides, replaceConstraint),
    ...repeatComment(constraintTarget(after), before.comment, after.comment),
  );
}

function onlyInherited(object: Check): string {
  return `the constraint ${ownName(object)} is ${outerName(object)}'s own as well as inherited, and PostgreSQL has no way to make it inherited only; keep it in both tables, or drop it from both and add it to the upper one`;
}

function react(object: Check, { before, manner }: Disturbance, sides: Sides): Reaction {
  if (before.kind === 'partition' || before.kind === 'inheritance') return 'keep';
  // It has been let go of by then, and comes from another table afterwards.
  const isMoved = linksOf(object).some((link) => sides.isDropped(link));
  if (before.kind === 'check-constraint' && isMoved) return 'keep';
  if (manner !== 'retyped' || before.kind !== 'column') return 'rebuild';
  return isEqualData(object.definition, sides.after(object.id)?.definition) ? 'keep' : 'rebuild';
}
