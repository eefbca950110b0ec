// The kind `operator-family`, with the members that belong to no single class of it. A family
// comes with its class of the same name where that class can say everything of it.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import {
  type FamilyMember,
  memberAddresses,
  memberClause,
  memberList,
  memberSlot,
} from '../operators/family-members.js';
import { address, isUserSchema, standsAlone } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { renameStatements } from '../writing/rename-statements.js';

export interface OperatorFamilyDefinition {
  readonly method: string;
  readonly members: readonly FamilyMember[];
}

type OperatorFamily = CatalogObject<OperatorFamilyDefinition>;

export function isOperatorFamily(object: CatalogObject | undefined): object is OperatorFamily {
  return object?.kind === 'operator-family';
}

export const operatorFamily: KindSpec<OperatorFamilyDefinition> = {
  name: 'operator-family',
  presence: { catalog: 'pg_opfamily' },
  query: () => `
    SELECT ${address('pg_opfamily', 'f.oid')} || ${memberAddresses('pg_opfamily', 'f.oid')} AS addresses,
      ARRAY[n.nspname, f.opfname]::text[] AS names, m.amname::text AS signature,
      ${address('pg_namespace', 'n.oid')} AS parent, pg_get_userbyid(f.opfowner) AS owner,
      json_build_object('method', m.amname, 'members', ${memberList('pg_opfamily', 'f.oid')})
        AS definition
    FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod
    WHERE ${isUserSchema('n.nspname')} AND ${standsAlone('pg_opfamily', 'f.oid')}
    ORDER BY n.nspname, f.opfname, m.amname`,
  target,
  // The part is the class of the same name, whose statement creates the family as well.
  create: (object, _sides, parts) =>
    parts.length > 0
      ? parts.map(({ clause }) => statement(clause))
      : [
          statement(`CREATE ${target(object)}`),
          ...change(object, 'ADD', object.definition.members),
        ],
  drop: (object) => [statement(`DROP ${target(object)}`)],
  alter: (before, after) => {
    const gone = without(before.definition.members, after.definition.members);
    const added = without(after.definition.members, before.definition.members);
    return altered(...change(after, 'DROP', gone), ...change(after, 'ADD', added));
  },
  // A member that depends on a function automatically goes with it; the family stays.
  dropsAlone: true,
  // A type that is altered stays the same type.
  react: (_object, { manner }) => (manner === 'retyped' ? 'keep' : 'rebuild'),
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function target({ names, definition }: OperatorFamily): string {
  return `OPERATOR FAMILY ${qualifiedName(names)} USING ${quoteIdentifier(definition.method)}`;
}

function change(
  object: OperatorFamily,
  verb: 'ADD' | 'DROP',
  members: readonly FamilyMember[],
): readonly Statement[] {
  if (members.length === 0) return [];
  const clauses = members.map((member) =>
    verb === 'ADD' ? memberClause(member, null) : memberSlot(member),
  );
  return [statement(`ALTER ${target(object)} ${verb}\n    ${clauses.join(',\n    ')}`)];
}

function without(
  members: readonly FamilyMember[],
  others: readonly FamilyMember[],
): readonly FamilyMember[] {
  const known = new Set(others.map((other) => JSON.stringify(other)));
  return members.filter((member) => !known.has(JSON.stringify(member)));
}
