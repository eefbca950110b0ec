// Whether the folder of revisions can be read, and its files make one history.

import { loadRevisions } from '../../migrate/index.js';
import { failed, passed, type Verdict } from '../finding.js';
import type { Patient } from '../patient.js';

export async function checkRevisionFiles({ revisionsFolder }: Patient): Promise<Verdict> {
  const { revisions, heads } = await loadRevisions(revisionsFolder);
  const counted = `${revisions.length} revision${revisions.length === 1 ? '' : 's'}`;
  if (heads.length <= 1) return passed(counted);
  return failed(
    `${counted} with ${heads.length} heads: ${heads.map(({ id }) => id).join(', ')}`,
    'Merge the heads into one revision; plinth upgrade needs one.',
  );
}
