// Who sends a request, as its token proves it.

/** What a caller may do. */
export const SCOPES = ['tenant:read', 'tenant:write', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

export interface Caller {
  /** The token's subject, as it is. */
  readonly subject: string;
  /** The subject where it is a UUID, else a UUID made of issuer and subject; for `user_id`. */
  readonly userId: string;
  /** The tenant it speaks for; none where the token names none. */
  readonly tenant: string | undefined;
  readonly scopes: ReadonlySet<Scope>;
}
