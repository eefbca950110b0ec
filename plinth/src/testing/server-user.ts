// Decides which system user PostgreSQL runs as, because it refuses to run as root.
// It never creates a user.

import { readFileSync } from 'node:fs';
import { PlinthError } from '../errors/index.js';

export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const PREFERRED_USERS = ['postgres', 'nobody'];

/**
 * The user that PostgreSQL must be spawned as: undefined when this process is an ordinary user
 * (or on Windows) and may spawn it as itself.
 *
 * @throws PlinthError TESTING_SERVER_FAILED when this process is root and neither `postgres` nor
 * `nobody` exists.
 */
export function findServerUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = parsePasswd(readFileSync('/etc/passwd', 'utf8'));
  for (const name of PREFERRED_USERS) {
    const user = users.get(name);
    if (user !== undefined && user.uid !== 0) return user;
  }
  throw new PlinthError(
    'TESTING_SERVER_FAILED',
    `PostgreSQL refuses to run as root, and /etc/passwd has none of: ${PREFERRED_USERS.join(', ')}`,
    { hint: 'Run the tests as an ordinary user, or set PLINTH_TEST_DATABASE_URL.' },
  );
}

/** The users of a passwd file by name; lines that are not users (comments, NIS) are left out. */
export function parsePasswd(text: string): ReadonlyMap<string, ServerUser> {
  const users = new Map<string, ServerUser>();
  for (const line of text.split('\n')) {
    const [name, , uidText, gidText] = line.split(':');
    if (!name || !uidText || !gidText || name.startsWith('#')) continue;
    // Unsigned 32 bit: macOS writes nobody as -2, which setuid takes as 4294967294.
    const [uid, gid] = [Number(uidText) >>> 0, Number(gidText) >>> 0];
    users.set(name, { name, uid, gid });
  }
  return users;
}
