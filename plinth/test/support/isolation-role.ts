// A tenant role of its own for each proof: roles belong to the server, and other tests have theirs.

import { randomBytes } from 'node:crypto';
import { openEngine } from 'plinth';
import type { IsolationProof } from '../../src/isolation/index.js';

export interface RoleCase {
  /** The text with the role's name in place of `app`. */
  readonly sql: string;
  readonly role: string;
  /** What a proof says, with `app` in place of the role's name. */
  readonly told: (proof: IsolationProof) => IsolationProof;
}

/** Runs the work with a new role, and drops it and those that the text makes. */
export async function withTenantRole<Result>(
  serverUrl: string,
  sql: string,
  work: (found: RoleCase) => Promise<Result>,
): Promise<Result> {
  const role = `app_${randomBytes(5).toString('hex')}`;
  const named = sql.replaceAll(
    /\bapp(_readers|_boss|_login)?\b(?!\.)/g,
    (_, suffix = '') => role + suffix,
  );
  await using server = await openEngine({ url: serverUrl, poolSize: 1 });
  await server.query(`CREATE ROLE ${role}`);
  const told = (proof: IsolationProof): IsolationProof =>
    JSON.parse(JSON.stringify(proof).replaceAll(role, 'app'));
  try {
    return await work({ sql: named, role, told });
  } finally {
    for (const suffix of ['', '_readers', '_boss', '_login']) {
      await server.query(`DROP ROLE IF EXISTS ${role}${suffix}`);
    }
  }
}

/** What did not hold. */
export function failuresOf({ results }: IsolationProof): IsolationProof['results'] {
  return results.filter(({ status }) => status !== 'held');
}
