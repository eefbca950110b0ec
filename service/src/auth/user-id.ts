// The UUID of a caller, for `user_id`.

import { v5, validate } from 'uuid';

/**
 * The subject itself where it is a UUID, in lower case. Else the name-based UUID (RFC 9562,
 * version 5) of the subject, in the namespace of the issuer, which is that of the issuer's name
 * among URLs: the same for the same caller, always and everywhere.
 */
export function toUserId(issuer: string, subject: string): string {
  return validate(subject) ? subject.toLowerCase() : v5(subject, v5(issuer, v5.URL));
}
