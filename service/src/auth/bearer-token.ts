// Finds the bearer token in the headers of a request (RFC 6750, section 2.1). It never looks into
// the token.

/** Longest token that is looked at, in characters. */
export const TOKEN_MAX = 8192;

export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly reason: string }
  | { readonly kind: 'token'; readonly token: string };

/** RFC 6750's b64token; RFC 9110 calls it token68. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/** @param rawHeaders Names and values by turns, as Node has them: it drops a second one elsewhere. */
export function readBearerToken(rawHeaders: readonly string[]): Credentials {
  const values = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  );
  const [value, ...others] = values;
  if (value === undefined) return { kind: 'none' };
  if (others.length > 0) return malformed('several Authorization headers');
  const [scheme = '', ...rest] = value.split(' ');
  // Credentials of another scheme are none of ours.
  if (scheme.toLowerCase() !== 'bearer') return { kind: 'none' };
  const token = rest.join(' ').trimStart();
  if (token.length > TOKEN_MAX) return malformed('the token is too long');
  return TOKEN.test(token) ? { kind: 'token', token } : malformed('not one token');
}

function malformed(reason: string): Credentials {
  return { kind: 'malformed', reason };
}
