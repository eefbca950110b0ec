// What a policy that comes, goes or changes may mean for who sees which rows. It reads no
// expression: whether rows really appear or vanish is for a person to say.

import type { CatalogObject } from '../catalog-object.js';
import { outerName, ownName } from '../object-id.js';
import type { Hazard } from '../statement.js';

export interface PolicyDefinition {
  readonly permissive: boolean;
  readonly command: 'ALL' | 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';
  /** Sorted; `public` for everyone. */
  readonly roles: readonly string[];
  readonly using: string | null;
  readonly check: string | null;
}

export type Policy = CatalogObject<PolicyDefinition>;

export function creationHazards(policy: Policy): readonly Hazard[] {
  const { permissive } = policy.definition;
  return [permissive ? opens(policy, 'grants') : closes(policy, 'forbids')];
}

export function dropHazards(policy: Policy): readonly Hazard[] {
  const { permissive } = policy.definition;
  return [permissive ? closes(policy, 'no longer grants') : opens(policy, 'no longer forbids')];
}

/** Of a policy that is another one than before. */
export function changeHazards(before: Policy, after: Policy): readonly Hazard[] {
  const [old, wanted] = [before.definition, after.definition];
  const hazards: Hazard[] = [];
  const isSameRule =
    old.using === wanted.using &&
    old.check === wanted.check &&
    old.command === wanted.command &&
    old.permissive === wanted.permissive;
  if (!isSameRule) {
    const message = `the policy ${nameOf(after)} may let ${rolesOf(wanted)} see or write other rows`;
    hazards.push({ kind: 'widens-privileges', message });
  }
  const added = without(wanted.roles, old.roles);
  const removed = without(old.roles, wanted.roles);
  if (added.length > 0) hazards.push(...of(after, added, creationHazards));
  if (removed.length > 0) hazards.push(...of(before, removed, dropHazards));
  return hazards;
}

function of(
  policy: Policy,
  roles: readonly string[],
  hazards: (policy: Policy) => readonly Hazard[],
): readonly Hazard[] {
  return hazards({ ...policy, definition: { ...policy.definition, roles } });
}

function without(roles: readonly string[], others: readonly string[]): readonly string[] {
  return roles.filter((role) => !others.includes(role));
}

function opens(policy: Policy, what: string): Hazard {
  return { kind: 'widens-privileges', message: told(policy, what) };
}

function closes(policy: Policy, what: string): Hazard {
  return { kind: 'breaks-code', message: told(policy, what) };
}

function told(policy: Policy, what: string): string {
  const { command } = policy.definition;
  const doing = command === 'ALL' ? 'see or write' : command.toLowerCase();
  return `the policy ${nameOf(policy)} ${what} ${rolesOf(policy.definition)} to ${doing} rows`;
}

function nameOf(policy: Policy): string {
  return `${ownName(policy)} of ${outerName(policy)}`;
}

function rolesOf({ roles }: PolicyDefinition): string {
  return roles.map((role) => (role === 'public' ? 'everyone' : role)).join(', ');
}
