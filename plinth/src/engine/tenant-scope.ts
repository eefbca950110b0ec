// Whom a statement speaks for: the tenant, and the role it is lowered to. Both are bound values,
// set for one transaction only, never for a session and never in a statement's text.

import { PlinthError } from '../errors/index.js';
import type { Prelude } from './scoped-query.js';

declare const tenantIdBrand: unique symbol;

/** The id of a tenant that was checked. */
export type TenantId = string & { readonly [tenantIdBrand]: true };

/** The setting that policies read (see docs/tenant-scope.md). */
export const TENANT_SETTING = 'app.current_tenant_id';

/** Longest tenant id, in characters. */
export const TENANT_ID_MAX = 100;

/** What is set around every statement of a scope. */
export interface Scope {
  readonly tenant: TenantId;
  /** Role that takes the place of the connection's own; none leaves it. */
  readonly role: string | undefined;
}

/**
 * Checks a tenant id: a string of 1 to 100 characters, not only white space, without U+0000.
 *
 * @throws PlinthError ENGINE_TENANT_INVALID, before anything is sent.
 */
export function toTenantId(value: unknown): TenantId {
  if (isTenantId(value)) return value;
  throw new PlinthError('ENGINE_TENANT_INVALID', `a tenant id ${problemOf(value)}`, {
    hint: `Give db.tenant() a string of 1 to ${TENANT_ID_MAX} characters.`,
  });
}

function isTenantId(value: unknown): value is TenantId {
  return problemOf(value) === undefined;
}

function problemOf(value: unknown): string | undefined {
  if (typeof value !== 'string')
    return `is a string, not ${value === null ? 'null' : typeof value}`;
  if (value.trim() === '') return 'is not empty';
  if (value.includes('\u0000')) return 'holds no U+0000';
  if ([...value].length > TENANT_ID_MAX) return `has at most ${TENANT_ID_MAX} characters`;
  return undefined;
}

/** The statement that opens a scope; it holds until its transaction ends. */
export function scopePrelude({ tenant, role }: Scope): Prelude {
  if (role === undefined) {
    return {
      name: 'plinth_tenant',
      text: `SELECT set_config('${TENANT_SETTING}', $1, true)`,
      values: [tenant],
    };
  }
  return {
    name: 'plinth_tenant_role',
    text: `SELECT set_config('${TENANT_SETTING}', $1, true), set_config('role', $2, true)`,
    values: [tenant, role],
  };
}
