// What a service asks about a token, and what it is told. How tokens are verified is elsewhere.

import type { Caller } from './caller.js';

export type Verdict =
  | { readonly kind: 'accepted'; readonly caller: Caller }
  /** `reason` is for the log, and holds nothing of the token. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nobody can tell now: the keys that verify tokens are away. */
  | { readonly kind: 'unavailable'; readonly cause: unknown };

export interface Authenticator {
  /** @param onOutage Told when the keys cannot be fetched, and those from before are used. */
  authenticate(token: string, onOutage?: (cause: unknown) => void): Promise<Verdict>;
}
