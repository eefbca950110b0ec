// The UUID of a caller, for `user_id`.

import { v5, validate, version } from 'uuid';

/**
 * The subject itself where it is a UUID as it is written here: in lower case, and of another version
 * than 5. Else the name-based UUID (RFC 9562, version 5) of the subject, in the namespace of the
 * issuer, which is that of the issuer's name among URLs: the same for the same caller, always and
 * everywhere. So no two subjects have the same one, even where people choose their own.
 */
export function toUserId(issuer: string, subject: string): string {
  return isOwnId(subject) ? subject : v5(subject, v5(issuer, v5.URL));
}

function isOwnId(subject: string): boolean {
  return validate(subject) && version(subject) !== 5 && subject === subject.toLowerCase();
}
