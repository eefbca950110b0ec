// The kind `operator-class`, with the members that belong to it. It is a part of its family.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { type KindSpec, REBUILT, type Sides } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import {
  type FamilyMember,
  memberAddresses,
  memberClause,
  memberList,
} from '../operators/family-members.js';
import { address, isUserSchema, standsAlone } from '../reading/query-fragments.js';
import { statement } from '../statement.js';
import { renameStatements } from '../writing/rename-statements.js';
import { isOperatorFamily } from './operator-family.js';

export interface OperatorClassDefinition {
  readonly method: string;
  /** Schema and name. */
  readonly family: readonly string[];
  readonly default: boolean;
  readonly type: string;
  /** `null` where the index stores the type itself. */
  readonly storage: string | null;
  readonly members: readonly FamilyMember[];
}

type OperatorClass = CatalogObject<OperatorClassDefinition>;

export const operatorClass: KindSpec<OperatorClassDefinition> = {
  name: 'operator-class',
  presence: { catalog: 'pg_opclass' },
  query: () => `
    SELECT ${address('pg_opclass', 'c.oid')} || ${memberAddresses('pg_opclass', 'c.oid')} AS addresses,
      ARRAY[n.nspname, c.opcname]::text[] AS names, m.amname::text AS signature,
      ${address('pg_opfamily', 'f.oid')} AS parent, pg_get_userbyid(c.opcowner) AS owner,
      json_build_object('method', m.amname, 'family', ARRAY[fn.nspname, f.opfname],
        'default', c.opcdefault, 'type', format_type(c.opcintype, NULL),
        'storage', format_type(nullif(nullif(c.opckeytype, 0), c.opcintype), NULL),
        'members', ${memberList('pg_opclass', 'c.oid')}) AS definition
    FROM pg_opclass c JOIN pg_namespace n ON n.oid = c.opcnamespace
      JOIN pg_am m ON m.oid = c.opcmethod
      JOIN pg_opfamily f ON f.oid = c.opcfamily JOIN pg_namespace fn ON fn.oid = f.opfnamespace
    WHERE ${isUserSchema('n.nspname')} AND ${standsAlone('pg_opclass', 'c.oid')}
    ORDER BY n.nspname, c.opcname, m.amname`,
  target,
  create: (object) => [statement(createText(object, []))],
  clause: (object, sides) => {
    const loose = familyMembers(object, sides);
    return loose === undefined ? undefined : createText(object, loose);
  },
  drop: (object) => [statement(`DROP ${target(object)}`)],
  alter: () => REBUILT,
  // A member that depends on a function automatically goes with it; the class stays.
  dropsAlone: true,
  // A type that is altered stays the same type.
  react: (_object, { manner }) => (manner === 'retyped' ? 'keep' : 'rebuild'),
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function target({ names, definition }: OperatorClass): string {
  return `OPERATOR CLASS ${qualifiedName(names)} USING ${quoteIdentifier(definition.method)}`;
}

/** Methods that decide by themselves, wherever a member is written, whether it is the family's. */
const DECIDING: ReadonlySet<string> = new Set(['btree', 'gin', 'gist', 'hash', 'spgist']);

/**
 * The members of the family that the statement of this class can create with it; `undefined`
 * where the family needs a statement of its own.
 */
function familyMembers(object: OperatorClass, sides: Sides): readonly FamilyMember[] | undefined {
  const family = object.parent === null ? undefined : sides.after(object.parent);
  if (!isOperatorFamily(family)) return undefined;
  if (qualifiedName(family.names) !== qualifiedName(object.names)) return undefined;
  const { method } = object.definition;
  const { members } = family.definition;
  // What joins several types belongs to no class in particular.
  const isMixed = members.some(({ left, right }) => left !== right);
  return members.length === 0 || (DECIDING.has(method) && !isMixed) ? members : undefined;
}

function createText(object: OperatorClass, loose: readonly FamilyMember[]): string {
  const { names, definition } = object;
  const { method, family, type, storage } = definition;
  const words = [
    `CREATE OPERATOR CLASS ${qualifiedName(names)}`,
    ...(definition.default ? ['DEFAULT'] : []),
    `FOR TYPE ${type} USING ${quoteIdentifier(method)}`,
    // By itself it looks for a family of its own name.
    ...(qualifiedName(family) === qualifiedName(names) ? [] : [`FAMILY ${qualifiedName(family)}`]),
    'AS',
  ];
  const clauses = [
    ...[...definition.members, ...loose].sort(byForm).map((member) => memberClause(member, type)),
    ...(storage === null ? [] : [`STORAGE ${storage}`]),
  ];
  // At least one clause has to be there.
  const written = clauses.length === 0 ? [`STORAGE ${type}`] : clauses;
  return `${words.join(' ')}\n    ${written.join(',\n    ')}`;
}

function byForm(a: FamilyMember, b: FamilyMember): number {
  if (a.form !== b.form) return a.form === 'operator' ? -1 : 1;
  return a.number - b.number;
}
