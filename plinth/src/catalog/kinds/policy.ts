// The kind `policy`: of row-level security. Whether a table asks its policies at all is the
// table's matter.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { type Alteration, altered, type KindSpec, REBUILT, type Sides } from '../kind.js';
import { outerName, ownName } from '../object-id.js';
import { readable } from '../printed/readable.js';
import {
  changeHazards,
  creationHazards,
  dropHazards,
  type Policy,
  type PolicyDefinition,
} from '../privileges/policy-hazards.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { type Hazard, statement } from '../statement.js';
import { layOut } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';

export const policy: KindSpec<PolicyDefinition> = {
  name: 'policy',
  presence: { catalog: 'pg_policy' },
  query: () => `
    SELECT ARRAY[${address('pg_policy', 'p.oid')}] AS addresses,
      ARRAY[n.nspname, c.relname, p.polname]::text[] AS names,
      ${address('pg_class', 'c.oid')} AS parent,
      json_build_object('permissive', p.polpermissive,
        'command', CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT'
          WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
        'roles', (SELECT json_agg(r.name ORDER BY r.name) FROM (
          SELECT CASE role WHEN 0 THEN 'public' ELSE pg_get_userbyid(role) END AS name
          FROM unnest(p.polroles) role) r),
        'using', pg_get_expr(p.polqual, p.polrelid),
        'check', pg_get_expr(p.polwithcheck, p.polrelid)) AS definition
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname, p.polname`,
  target,
  create: (object, sides) => [
    statement(layOut(`CREATE ${target(object)}`, clauses(object.definition)), {
      locks: locks(object),
      hazards: creationHazardsOn(object, sides),
    }),
  ],
  drop: (object, sides) => [
    statement(`DROP ${target(object)}`, {
      locks: locks(object),
      hazards: sides.after(object.id) === undefined ? dropHazards(object) : [],
    }),
  ],
  alter,
  ownWords: ['command', 'roles'],
  rename: (object, names) => renameStatements(target(object), object.names, names),
  renamesFreely: true,
};

function target(object: Pick<CatalogObject, 'names'>): string {
  return `POLICY ${ownName(object)} ON ${outerName(object)}`;
}

function locks(object: Policy) {
  return [{ mode: 'ACCESS EXCLUSIVE', on: outerName(object) } as const];
}

function clauses({ permissive, command, roles, using, check }: PolicyDefinition) {
  return [
    ...(permissive ? [] : ['AS RESTRICTIVE']),
    ...(command === 'ALL' ? [] : [`FOR ${command}`]),
    ...(roles.join() === 'public' ? [] : [`TO ${roleList(roles)}`]),
    ...(using === null ? [] : [`USING ${enclosed(using)}`]),
    ...(check === null ? [] : [`WITH CHECK ${enclosed(check)}`]),
  ];
}

/** `public` is everyone, and no role that could need quotes. */
function roleList(roles: readonly string[]): string {
  return roles.map((role) => (role === 'public' ? 'PUBLIC' : quoteIdentifier(role))).join(', ');
}

/** A long one begins on a line of its own, four spaces in. */
const INDENT = 4;

function enclosed(expression: string): string {
  return `(${readable(expression, INDENT)})`;
}

function creationHazardsOn(object: Policy, sides: Sides): readonly Hazard[] {
  if (object.parent !== null && sides.isCreated(object.parent)) return [];
  const before = sides.before(object.id);
  if (before === undefined) return creationHazards(object);
  return isPolicy(before) ? changeHazards(before, object) : [];
}

function isPolicy(object: CatalogObject): object is Policy {
  return object.kind === 'policy';
}

/** ALTER POLICY changes an expression, and takes none away. */
function alter(before: Policy, after: Policy): Alteration {
  const [old, wanted] = [before.definition, after.definition];
  const isBound =
    old.permissive !== wanted.permissive ||
    old.command !== wanted.command ||
    (old.using !== null && wanted.using === null) ||
    (old.check !== null && wanted.check === null);
  if (isBound) return REBUILT;
  const actions = [
    ...(old.roles.join() === wanted.roles.join() ? [] : [`TO ${roleList(wanted.roles)}`]),
    ...(wanted.using === null || wanted.using === old.using
      ? []
      : [`USING ${enclosed(wanted.using)}`]),
    ...(wanted.check === null || wanted.check === old.check
      ? []
      : [`WITH CHECK ${enclosed(wanted.check)}`]),
  ];
  return altered(
    statement(layOut(`ALTER ${target(after)}`, actions), {
      locks: locks(after),
      hazards: changeHazards(before, after),
    }),
  );
}
