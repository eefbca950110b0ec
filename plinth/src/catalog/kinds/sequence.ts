// The kind `sequence`. It is altered in place and keeps its position. The sequence of an identity
// column is part of the column; the column that owns a sequence is a kind of its own.

import type { CatalogObject, ObjectId } from '../catalog-object.js';
import { isEqualData } from '../equal-data.js';
import { altered, type Disturbance, type KindSpec, type Reaction, type Sides } from '../kind.js';
import { objectId, qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema, privileges } from '../reading/query-fragments.js';
import { alterSequence } from '../sequences/sequence-alteration.js';
import {
  columnOf,
  optionClauses,
  type SequenceDefinition,
  tableOf,
} from '../sequences/sequence-options.js';
import { type Hazard, statement } from '../statement.js';
import { layOut } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';

type Sequence = CatalogObject<SequenceDefinition>;

export function isSequence(object: CatalogObject): object is Sequence {
  return object.kind === 'sequence';
}

export const sequence: KindSpec<SequenceDefinition> = {
  name: 'sequence',
  presence: { catalog: 'pg_class', where: `relkind = 'S'` },
  query: () => `
    SELECT ARRAY[${address('pg_class', 'c.oid')}] AS addresses,
      ARRAY[n.nspname, c.relname]::text[] AS names,
      ${address('pg_namespace', 'n.oid')} AS parent, pg_get_userbyid(c.relowner) AS owner,
      ${privileges('s', 'c.relacl', 'c.relowner')} AS privileges,
      json_build_object('type', format_type(s.seqtypid, NULL), 'start', s.seqstart::text,
        'increment', s.seqincrement::text, 'min', s.seqmin::text, 'max', s.seqmax::text,
        'cache', s.seqcache::text, 'cycle', s.seqcycle, 'unlogged', c.relpersistence = 'u',
        'ownedBy', CASE WHEN d.deptype = 'a'
          THEN json_build_object('kind', CASE t.relkind WHEN 'f' THEN 'foreign-table' ELSE 'table' END,
            'column', json_build_array(tn.nspname, t.relname, a.attname)) END) AS definition
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
        AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
      LEFT JOIN pg_class t ON t.oid = d.refobjid LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
      LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.deptype IS DISTINCT FROM 'i' AND ${isUserSchema('n.nspname')}
      AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname`,
  target,
  create: ({ names, definition }) => {
    const noun = definition.unlogged ? 'UNLOGGED SEQUENCE' : 'SEQUENCE';
    return [statement(layOut(`CREATE ${noun} ${qualifiedName(names)}`, optionClauses(definition)))];
  },
  drop: (object, sides) => [
    statement(`DROP ${target(object)}`, {
      locks: [{ mode: 'ACCESS EXCLUSIVE', on: qualifiedName(object.names) }],
      hazards: isTakenOver(object, sides) ? [] : lossesOf(object),
    }),
  ],
  alter: (before, after) => altered(...alterSequence(before, after)),
  isSame: ({ definition: { ownedBy: _old, ...before } }, { definition: { ownedBy, ...after } }) =>
    isEqualData(before, after),
  requires: ({ definition: { ownedBy } }) => (ownedBy === null ? [] : [tableOf(ownedBy)]),
  isNeeded,
  // It goes with the column, and minds no other change of it; a default lets go of it after that.
  leavesAfter: ({ definition: { ownedBy } }, on, goes) =>
    !goes && ownedBy !== null && (on === columnOf(ownedBy) || on === tableOf(ownedBy)),
  ownerFrom: ({ definition: { ownedBy } }) => (ownedBy === null ? undefined : tableOf(ownedBy)),
  react,
  occupies: ({ names }) => [`relation ${qualifiedName(names)}`],
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function target({ names }: Sequence): string {
  return `SEQUENCE ${qualifiedName(names)}`;
}

function lossesOf({ names }: Sequence): readonly Hazard[] {
  const name = qualifiedName(names);
  return [
    { kind: 'loses-data', message: `the position of ${name} is lost` },
    { kind: 'breaks-code', message: `what takes values from ${name} fails` },
  ];
}

/** By the identity that its column has instead, which goes on where the values end. */
function isTakenOver({ definition: { ownedBy } }: Sequence, sides: Sides): boolean {
  return ownedBy !== null && sides.isCreated(objectId('identity', ownedBy.column));
}

/**
 * It goes with the column that owns it, and takes its owner from the table; but it has to be there
 * first, because the column's default takes values from it.
 */
function isNeeded({ definition: { ownedBy } }: Sequence, on: ObjectId): boolean {
  return ownedBy === null || (on !== tableOf(ownedBy) && on !== columnOf(ownedBy));
}

/** It goes with its column and comes back with it, unless another one owns it by then. */
function react({ id }: Sequence, { manner, before }: Disturbance, sides: Sides): Reaction {
  const after = sides.after(id);
  const owner = after !== undefined && isSequence(after) ? after.definition.ownedBy : null;
  const isOwn = owner !== null && columnOf(owner) === before.id;
  return manner === 'rebuilt' && isOwn ? 'rebuild' : 'keep';
}
