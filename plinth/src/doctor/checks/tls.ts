// Whether the connection is encrypted. Plain text is told and not judged: it may be a network of
// one's own.

import { passed, skipped, type Verdict } from '../finding.js';
import { isEmbedded, type ReachedPatient } from '../patient.js';

export async function checkTls(patient: ReachedPatient): Promise<Verdict> {
  if (isEmbedded(patient)) return skipped('no network: the database is in this process');
  const { rows } = await patient.engine.query<{ version: string | null; cipher: string | null }>(
    'SELECT version, cipher FROM pg_stat_ssl WHERE ssl AND pid = pg_backend_pid()',
  );
  const tls = rows[0];
  if (tls !== undefined)
    return passed(`${tls.version ?? 'TLS'}, ${tls.cipher ?? 'cipher unknown'}`);
  return skipped(
    'not in use',
    'Add ?sslmode=verify-full to the URL where others share the network.',
  );
}
