// Whether a simple query is answered, and how fast.

import { passed, type Verdict } from '../finding.js';
import type { ReachedPatient } from '../patient.js';

export async function checkQuery({ engine }: ReachedPatient): Promise<Verdict> {
  const start = performance.now();
  await engine.query('SELECT 1');
  return passed(`SELECT 1 in ${(performance.now() - start).toFixed(1)} ms`);
}
