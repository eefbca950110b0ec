// Writes GRANT and REVOKE for changes of privileges: merged, and in an order that PostgreSQL
// takes. It compares nothing.

import { quoteIdentifier } from '../../sql/index.js';
import type { Grant } from '../catalog-object.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import type { PrivilegeChanges } from './privilege-state.js';

/** What the privileges are on, and how that is said. */
export interface GrantSubject {
  /** What GRANT … ON names: `TABLE public.users`. */
  readonly target: string;
  /** What stands before GRANT and REVOKE, such as `ALTER DEFAULT PRIVILEGES IN SCHEMA app`. */
  readonly prefix?: string;
  /** The list of columns, where it is about columns: `(email)`. */
  readonly columns?: string;
  /** Every privilege there is: together they are written `ALL`. */
  readonly all: readonly string[];
  /** The role that is meant where a grant names no grantee. */
  readonly owner: string;
  /** What a hazard says it is about: `on table public.users`. Without it there are no hazards. */
  readonly told?: string;
}

/** Statements in this order: what is taken, what may no longer be passed on, what is given. */
export function grantStatements(
  { revoked, optionRevoked, granted }: PrivilegeChanges,
  subject: GrantSubject,
): readonly Statement[] {
  const deepest = byDepth(revoked).reverse();
  return [
    ...write(deepest, subject, revoke('REVOKE')),
    ...write(optionRevoked, subject, revoke('REVOKE GRANT OPTION FOR')),
    ...write(byDepth(granted), subject, grant),
  ];
}

/** Grants that one statement can make: of one grantor, with the same option. */
interface Bundle {
  readonly grantor: string | undefined;
  readonly grantable: boolean;
  readonly privileges: readonly string[];
  readonly grantees: readonly (string | null)[];
}

type Writer = (bundle: Bundle, subject: GrantSubject) => Statement;

function write(
  grants: readonly Grant[],
  subject: GrantSubject,
  writer: Writer,
): readonly Statement[] {
  return bundle(grants, subject).flatMap((one) => {
    const own = writer(one, subject);
    if (one.grantor === undefined) return [own];
    // PostgreSQL takes the role that runs the statement for the grantor.
    return [statement(`SET ROLE ${quoteIdentifier(one.grantor)}`), own, statement('RESET ROLE')];
  });
}

const grant: Writer = (one, subject) => {
  const option = one.grantable ? ' WITH GRANT OPTION' : '';
  const sql = `GRANT ${what(one, subject)} TO ${who(one, subject)}${option}`;
  const end = one.grantable ? ', who may pass it on' : '';
  return written(sql, subject, {
    kind: 'widens-privileges',
    message: `${say(one, subject)} is given to ${sayWho(one, subject)}${end}`,
  });
};

function revoke(words: string): Writer {
  return (one, subject) => {
    const sql = `${words} ${what(one, subject)} FROM ${who(one, subject)}`;
    const lost = words === 'REVOKE' ? '' : 'the right to pass on ';
    return written(sql, subject, {
      kind: 'breaks-code',
      message: `${lost}${say(one, subject)} is taken from ${sayWho(one, subject)}`,
    });
  };
}

function written(sql: string, { prefix, told }: GrantSubject, hazard: Hazard): Statement {
  return statement(prefix === undefined ? sql : `${prefix} ${sql}`, {
    hazards: told === undefined ? [] : [hazard],
  });
}

function say({ privileges }: Bundle, { told = '' }: GrantSubject): string {
  return `${privileges.join(', ')} ${told}`;
}

function sayWho({ grantees }: Bundle, { owner }: GrantSubject): string {
  return grantees.map((name) => (name === 'public' ? 'everyone' : (name ?? owner))).join(', ');
}

function what({ privileges }: Bundle, { all, columns, target }: GrantSubject): string {
  const isAll = all.length > 1 && all.every((privilege) => privileges.includes(privilege));
  const end = columns === undefined ? '' : ` ${columns}`;
  const list = (isAll ? ['ALL'] : privileges).map((privilege) => `${privilege}${end}`);
  return `${list.join(', ')} ON ${target}`;
}

function who({ grantees }: Bundle, { owner }: GrantSubject): string {
  return grantees
    .map((name) => (name === 'public' ? 'PUBLIC' : quoteIdentifier(name ?? owner)))
    .join(', ');
}

/** Same privileges to several roles are one statement, in the order of the grants. */
function bundle(grants: readonly Grant[], { all }: GrantSubject): readonly Bundle[] {
  const byGrantee = new Map<string, Grant[]>();
  for (const one of grants) {
    const key = JSON.stringify([one.grantor, one.grantable, one.grantee]);
    byGrantee.set(key, [...(byGrantee.get(key) ?? []), one]);
  }
  const bundles = new Map<string, Bundle>();
  for (const [first, ...rest] of byGrantee.values()) {
    if (first === undefined) continue;
    const { grantor, grantable, grantee } = first;
    const privileges = [first, ...rest].map(({ privilege }) => privilege);
    privileges.sort((a, b) => all.indexOf(a) - all.indexOf(b));
    const key = JSON.stringify([grantor, grantable, privileges]);
    const grantees = [...(bundles.get(key)?.grantees ?? []), grantee];
    bundles.set(key, { grantor, grantable, privileges, grantees });
  }
  return [...bundles.values()];
}

/** Nobody passes on what they have not been given: the owner's grants come first. */
function byDepth(grants: readonly Grant[]): Grant[] {
  const depths = new Map(grants.map((one) => [one, depthOf(one, grants, new Set())]));
  return [...grants].sort((a, b) => (depths.get(a) ?? 0) - (depths.get(b) ?? 0));
}

function depthOf({ grantor }: Grant, grants: readonly Grant[], seen: Set<string>): number {
  if (grantor === undefined || seen.has(grantor)) return 0;
  seen.add(grantor);
  const sources = grants.filter(({ grantee }) => grantee === grantor);
  return 1 + Math.max(0, ...sources.map((source) => depthOf(source, grants, seen)));
}
