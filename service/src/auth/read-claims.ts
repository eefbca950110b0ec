// From the claims of a token that was verified to a caller. Pure.

import type { JWTPayload } from 'jose';
import { z } from 'zod';
import { tenantIdSchema } from '../schemas/tenant-id.js';
import { type Caller, SCOPES, type Scope } from './caller.js';
import { toUserId } from './user-id.js';

/** At most 255 characters (OpenID Connect Core, section 2), not only white space, none of control. */
export const SUBJECT = /^(?=.*\S)[^\p{Cc}\p{Surrogate}]{1,255}$/u;

/** A text with space-separated names (RFC 8693, section 4.2), or a list. */
const scopeSchema = z.union([z.string(), z.array(z.string())]).optional();

const claimsSchema = z
  .object({
    sub: z.string().regex(SUBJECT),
    tenant: tenantIdSchema.optional(),
    tenant_id: tenantIdSchema.optional(),
    scope: scopeSchema,
    scopes: scopeSchema,
  })
  .refine(({ tenant, tenant_id }) => !(tenant && tenant_id) || tenant === tenant_id, {
    path: ['tenant'],
  });

/** The caller, or the names of the claims that cannot be used. */
export type ReadClaims =
  | { readonly kind: 'caller'; readonly caller: Caller }
  | { readonly kind: 'unusable'; readonly claims: readonly string[] };

export function readClaims(issuer: string, payload: JWTPayload): ReadClaims {
  const { data, error } = claimsSchema.safeParse(payload);
  if (data === undefined) {
    const claims = new Set(error.issues.map(({ path }) => String(path[0])));
    return { kind: 'unusable', claims: [...claims] };
  }
  const { sub: subject, tenant = data.tenant_id } = data;
  const scopes = readScopes([data.scope, data.scopes]);
  return {
    kind: 'caller',
    caller: { subject, userId: toUserId(issuer, subject), tenant, scopes },
  };
}

/** Scopes of other services are left out. */
function readScopes(claims: readonly (string | string[] | undefined)[]): ReadonlySet<Scope> {
  const names = claims.flatMap((claim) => (typeof claim === 'string' ? claim.split(' ') : claim));
  return new Set(SCOPES.filter((scope) => names.includes(scope)));
}
