// What PostgreSQL can grant on what, and what it grants by itself (its manual, "Privileges").

export interface PrivilegeClass {
  /** The letter of pg_default_acl; `null` where no default privileges can be set. */
  readonly letter: string | null;
  /** Every privilege, in the manual's order. */
  readonly all: readonly string[];
  /** What everyone has by itself. The owner has everything. */
  readonly everyone: readonly string[];
}

const USAGE: PrivilegeClass = { letter: null, all: ['USAGE'], everyone: [] };
const TABLE: PrivilegeClass = {
  letter: 'r',
  all: [
    'SELECT',
    'INSERT',
    'UPDATE',
    'DELETE',
    'TRUNCATE',
    'REFERENCES',
    'TRIGGER',
    // From PostgreSQL 17 on: so the others alone are never written as ALL.
    'MAINTAIN',
  ],
  everyone: [],
};
const SEQUENCE: PrivilegeClass = {
  letter: 'S',
  all: ['SELECT', 'USAGE', 'UPDATE'],
  everyone: [],
};
const ROUTINE: PrivilegeClass = { letter: 'f', all: ['EXECUTE'], everyone: ['EXECUTE'] };
const TYPE: PrivilegeClass = { letter: 'T', all: ['USAGE'], everyone: ['USAGE'] };
const SCHEMA: PrivilegeClass = { letter: 'n', all: ['USAGE', 'CREATE'], everyone: [] };
const LARGE_OBJECT: PrivilegeClass = { letter: 'L', all: ['SELECT', 'UPDATE'], everyone: [] };

const BY_WORD: ReadonlyMap<string, PrivilegeClass> = new Map([
  ['TABLE', TABLE],
  ['SEQUENCE', SEQUENCE],
  ['FUNCTION', ROUTINE],
  ['PROCEDURE', ROUTINE],
  ['ROUTINE', ROUTINE],
  ['TYPE', TYPE],
  ['DOMAIN', TYPE],
  ['SCHEMA', SCHEMA],
  ['LARGE', LARGE_OBJECT],
  ['LANGUAGE', { ...USAGE, everyone: ['USAGE'] }],
]);

/** The class of what GRANT … ON names, such as `TABLE public.users`. */
export function privilegeClass(grantTarget: string): PrivilegeClass {
  const [word = ''] = grantTarget.split(' ', 1);
  return BY_WORD.get(word) ?? USAGE;
}

/** What can be granted on a column. */
export const COLUMN_PRIVILEGES: readonly string[] = ['SELECT', 'INSERT', 'UPDATE', 'REFERENCES'];
