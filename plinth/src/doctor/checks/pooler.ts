// Whether a transaction pooler stands in between, which the engine has to be told of.

import { failed, passed, skipped, type Verdict } from '../finding.js';
import { isEmbedded, type ReachedPatient } from '../patient.js';

export async function checkPooler(patient: ReachedPatient): Promise<Verdict> {
  if (isEmbedded(patient)) return skipped('no network: the database is in this process');
  const { size, maxOverflow } = patient.engine.pool;
  const isConfigured = patient.options.pooler === 'transaction';
  if (isConfigured) return passed('a transaction pooler, as configured');
  if (size + maxOverflow < 2) return skipped('one connection cannot tell');
  if (!(await sharesSessions(patient))) return passed('none noticed, none configured');
  return failed(
    'a transaction pooler stands in between, and the engine is not told of it',
    'Set DB_POOLER to transaction.',
  );
}

/**
 * Two connections held at the same time have a session each, unless somebody hands sessions on
 * between statements. That the same one is not met proves nothing: the pooler may have many.
 */
async function sharesSessions({ engine }: ReachedPatient): Promise<boolean> {
  return await engine.withConnection(async (one) => {
    const ask = 'SELECT pg_backend_pid() AS pid';
    return await engine.withConnection(async (other) => {
      const first = await one.query(ask);
      const second = await other.query(ask);
      return first.rows[0]?.pid === second.rows[0]?.pid;
    });
  });
}
