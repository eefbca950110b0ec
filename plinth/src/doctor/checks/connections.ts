// Whether the pool really gives five connections at once.

import { failed, passed, skipped, type Verdict } from '../finding.js';
import { isEmbedded, type ReachedPatient } from '../patient.js';

const WANTED = 5;

export async function checkConnections(patient: ReachedPatient): Promise<Verdict> {
  if (isEmbedded(patient)) return skipped('the embedded database has one connection');
  const { size, maxOverflow } = patient.engine.pool;
  const count = Math.min(WANTED, size + maxOverflow);
  const all = meetingOf(count);
  const results = await Promise.allSettled(
    Array.from({ length: count }, () => holdUntilAll(patient, all)),
  );
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? result.reason : []));
  if (reasons.length === 0) {
    return passed(`${count} at once${count < WANTED ? ', all that the pool allows' : ''}`);
  }
  const [first] = reasons;
  return failed(
    `${count - reasons.length} of ${count} at once: ${first instanceof Error ? first.message : first}`,
    'Free connections on the server, or raise its max_connections.',
  );
}

/** Holds a connection until every other holder has one too, or has failed to get it. */
async function holdUntilAll({ engine }: ReachedPatient, all: Meeting): Promise<void> {
  let arrived = false;
  const arrive = () => {
    if (!arrived) all.arrive();
    arrived = true;
  };
  try {
    await engine.withConnection(async (connection) => {
      await connection.query('SELECT 1');
      arrive();
      await all.complete;
    });
  } finally {
    arrive();
  }
}

interface Meeting {
  arrive(): void;
  /** Resolves when all have arrived. */
  readonly complete: Promise<void>;
}

function meetingOf(count: number): Meeting {
  let missing = count;
  let open: () => void = () => undefined;
  const complete = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    complete,
    arrive: () => {
      missing -= 1;
      if (missing === 0) open();
    },
  };
}
