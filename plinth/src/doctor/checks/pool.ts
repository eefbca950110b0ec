// The pool's settings in force, and whether the server can bear them.

import { ENGINE_DEFAULTS } from '../../engine/index.js';
import { failed, passed, type Verdict } from '../finding.js';
import { isEmbedded, type ReachedPatient } from '../patient.js';

export async function checkPool(patient: ReachedPatient): Promise<Verdict> {
  if (isEmbedded(patient)) return passed('one connection, as the embedded database has');
  const settings = { ...ENGINE_DEFAULTS, ...patient.options };
  const { size, maxOverflow } = patient.engine.pool;
  const described = [
    `size ${size}`,
    `overflow ${maxOverflow}`,
    `timeout ${settings.poolTimeout} s`,
    settings.poolRecycle === 0 ? 'no recycle' : `recycle ${settings.poolRecycle} s`,
    `pre-ping ${settings.prePing ? 'on' : 'off'}`,
    `statement cache ${settings.pooler === 'transaction' ? 'off' : settings.statementCacheSize}`,
    `pooler ${settings.pooler}`,
  ].join(', ');
  if (settings.pooler === 'transaction') return behindPooler(described, settings);
  const places = await readPlaces(patient);
  if (size + maxOverflow <= places) return passed(described);
  return failed(
    `${described}: more than the ${places} connections that the server has for everybody`,
    'Lower the size or the overflow, or raise max_connections on the server.',
  );
}

function behindPooler(
  described: string,
  settings: { readonly statementTimeout: number; readonly idleInTransactionTimeout: number },
): Verdict {
  const { statementTimeout, idleInTransactionTimeout } = settings;
  if (statementTimeout === 0 && idleInTransactionTimeout === 0) return passed(described);
  return failed(
    `${described}: a statement timeout is set, and cannot be sent through a transaction pooler`,
    `Set it on the role: ALTER ROLE … SET statement_timeout = '5s'.`,
  );
}

/** Connections that are open to roles without special rights. */
async function readPlaces({ engine }: ReachedPatient): Promise<number> {
  const { rows } = await engine.query<{ places: number }>(
    `SELECT current_setting('max_connections')::int
            - current_setting('superuser_reserved_connections')::int AS places`,
  );
  return rows[0]?.places ?? 0;
}
