// The kind `identity`: of a column that is GENERATED … AS IDENTITY. Its sequence is a part of it
// and no object of the kind `sequence`.

import { automaticName, quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import {
  type Alteration,
  altered,
  type Disturbance,
  type KindSpec,
  type Reaction,
  type Sides,
} from '../kind.js';
import { ownName, qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema, privileges } from '../reading/query-fragments.js';
import {
  changedOptions,
  movePosition,
  positionHazards,
  wayOfPosition,
} from '../sequences/sequence-alteration.js';
import {
  isAscending,
  optionClauses,
  type SequenceOptions,
  standardBounds,
} from '../sequences/sequence-options.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import { lockAll, relationOf } from '../tables/relation-locks.js';
import { layOut } from '../writing/lay-out.js';

/** The type follows the column's. */
export interface IdentityDefinition extends SequenceOptions {
  readonly always: boolean;
  /** Schema and name of its sequence. */
  readonly sequence: readonly string[];
}

type Identity = CatalogObject<IdentityDefinition>;

export const identity: KindSpec<IdentityDefinition> = {
  name: 'identity',
  noun: 'SEQUENCE',
  presence: { catalog: 'pg_class', where: `relkind = 'S'` },
  query: () => `
    SELECT ARRAY[${address('pg_class', 's.oid')}] AS addresses,
      ARRAY[n.nspname, c.relname, a.attname]::text[] AS names,
      ${address('pg_class', 'c.oid', 'a.attnum')} AS parent,
      ${privileges('s', 's.relacl', 's.relowner')} AS privileges,
      json_build_object('always', a.attidentity = 'a',
        'sequence', json_build_array(sn.nspname, s.relname),
        'type', format_type(q.seqtypid, NULL), 'start', q.seqstart::text,
        'increment', q.seqincrement::text, 'min', q.seqmin::text, 'max', q.seqmax::text,
        'cache', q.seqcache::text, 'cycle', q.seqcycle) AS definition
    FROM pg_sequence q JOIN pg_class s ON s.oid = q.seqrelid
      JOIN pg_namespace sn ON sn.oid = s.relnamespace
      JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid
        AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype = 'i'
      JOIN pg_class c ON c.oid = d.refobjid JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE a.attidentity <> '' AND ${isUserSchema('n.nspname')}
      AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname, a.attnum`,
  target: ({ definition }) => `SEQUENCE ${qualifiedName(definition.sequence)}`,
  clause: clauseOf,
  create: (object, sides) => [
    write(object, `ADD ${clauseOf(object)}`),
    ...carryPosition(object, sides),
  ],
  drop: (object) => [write(object, 'DROP IDENTITY')],
  alter: alterIdentity,
  isSame: ({ definition: before }, { definition: after }) =>
    before.always === after.always &&
    qualifiedName(before.sequence) === qualifiedName(after.sequence) &&
    optionsOf(before).join() === optionsOf(after).join(),
  // A default is one too.
  occupies: ({ names, definition }) => [
    `default of ${qualifiedName(names)}`,
    `relation ${qualifiedName(definition.sequence)}`,
  ],
  react,
};

/** The options that are not the standard ones of the column's type. */
function optionsOf(definition: IdentityDefinition): readonly string[] {
  return optionClauses(definition).filter((clause) => !clause.startsWith('AS '));
}

function clauseOf({ names, definition }: Identity): string {
  const [schema = '', table = '', column = ''] = names;
  const usual = qualifiedName([schema, automaticName(table, column, 'seq')]);
  const sequence = qualifiedName(definition.sequence);
  const options = [
    ...(sequence === usual ? [] : [`SEQUENCE NAME ${sequence}`]),
    ...optionsOf(definition),
  ];
  const list = options.length === 0 ? '' : ` (${options.join(' ')})`;
  return `GENERATED ${whenOf(definition)} AS IDENTITY${list}`;
}

function whenOf({ always }: IdentityDefinition): string {
  return always ? 'ALWAYS' : 'BY DEFAULT';
}

function write(object: Identity, action: string, hazards: readonly Hazard[] = []): Statement {
  const table = relationOf(object);
  return statement(`ALTER TABLE ${table} ALTER COLUMN ${ownName(object)} ${action}`, {
    locks: lockAll(table),
    hazards,
  });
}

function alterIdentity(before: Identity, after: Identity): Alteration {
  const [old, wanted] = [before.definition, after.definition];
  const name = qualifiedName(wanted.sequence);
  const rename = quoteIdentifier(wanted.sequence.at(-1) ?? '');
  const options = changedOptions(old, wanted, changedBounds(old, wanted));
  const way = options.length === 0 ? 'stay' : wayOfPosition(old, wanted);
  const actions = [
    ...(old.always === wanted.always ? [] : [`SET GENERATED ${whenOf(wanted)}`]),
    ...options.map((option) => `SET ${option}`),
    ...(way === 'restart' ? ['RESTART'] : []),
  ];
  const hazards = options.length === 0 ? [] : positionHazards(name, old, wanted, way);
  return altered(
    ...(qualifiedName(old.sequence) === name
      ? []
      : [statement(`ALTER SEQUENCE ${qualifiedName(old.sequence)} RENAME TO ${rename}`)]),
    ...(way === 'move' ? [movePosition(name, wanted)] : []),
    ...(actions.length === 0 ? [] : [write(after, actions.join(' '), hazards)]),
  );
}

/** A bound that is the type's own follows the type. */
function changedBounds(old: IdentityDefinition, wanted: IdentityDefinition) {
  const [usual, standard] = [standardBounds(old), standardBounds(wanted)];
  const isSaid = (bound: 'min' | 'max'): boolean => {
    const before = old[bound] === usual[bound] ? null : old[bound];
    return before !== (wanted[bound] === standard[bound] ? null : wanted[bound]);
  };
  return { min: isSaid('min'), max: isSaid('max') };
}

/** A column that has values goes on where they end. */
function carryPosition(object: Identity, sides: Sides): readonly Statement[] {
  const { names, parent, definition } = object;
  if (parent === null || sides.isCreated(parent)) return [];
  const table = relationOf({ names });
  const column = ownName({ names });
  const { start } = definition;
  const [last, fits] = isAscending(definition)
    ? [`max(${column})`, `max(${column}) >= ${start}`]
    : [`min(${column})`, `min(${column}) <= ${start}`];
  const move = `SELECT setval(${quoteLiteral(qualifiedName(definition.sequence))}, ${last})`;
  return [
    statement(layOut(move, [`FROM ${table}`, `HAVING ${fits}`]), {
      locks: [{ mode: 'ACCESS SHARE', on: table }],
    }),
  ];
}

/** PostgreSQL changes the sequence along with the type of the column. */
function react(_object: Identity, { manner }: Disturbance): Reaction {
  return manner === 'rebuilt' ? 'rebuild' : 'keep';
}
