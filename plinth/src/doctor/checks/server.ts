// Which PostgreSQL answers, and whether it is one that Plinth supports.

import { OLDEST_MAJOR } from '../../sql/index.js';
import { failed, passed, type Verdict } from '../finding.js';
import { isEmbedded, type ReachedPatient } from '../patient.js';

export async function checkServer(patient: ReachedPatient): Promise<Verdict> {
  const { rows } = await patient.engine.query<{ version: string }>(
    `SELECT current_setting('server_version') AS version`,
  );
  return judgeVersion(rows[0]?.version ?? 'unknown', isEmbedded(patient));
}

/** @param version As the server states it, for instance `18.4` or `15.7 (Debian 15.7-1)`. */
export function judgeVersion(version: string, embedded: boolean): Verdict {
  const named = `PostgreSQL ${version}${embedded ? ', embedded' : ''}`;
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return passed(named);
  return failed(named, `Upgrade the server to PostgreSQL ${OLDEST_MAJOR} or later.`);
}
