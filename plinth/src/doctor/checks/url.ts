// Whether the database URL is set and well-formed.

import { describeTarget, parseDatabaseUrl } from '../../engine/index.js';
import { passed, type Verdict } from '../finding.js';
import type { Patient } from '../patient.js';

export async function checkUrl({ options }: Patient): Promise<Verdict> {
  const { url, variable } = options;
  const target = parseDatabaseUrl(url, variable === undefined ? {} : { variable });
  const description = describeTarget(target);
  const hasPassword = target.kind === 'server' && target.password !== undefined;
  // A user's name is encoded: the first @ ends it.
  return passed(hasPassword ? description.replace('@', ':***@') : description);
}
