// Where the database stands in the project's history.

import { status } from '../../migrate/index.js';
import { failed, passed, type Verdict } from '../finding.js';
import type { ReachedPatient } from '../patient.js';

export async function checkRevisions(patient: ReachedPatient): Promise<Verdict> {
  const { engine, revisionsFolder, ledger } = patient;
  const found = await status(engine, { revisions: revisionsFolder, ledger });
  const { state, heads, pending, unknown } = found;
  const at = heads.length === 0 ? 'at base' : `at ${heads.join(', ')}`;
  switch (state) {
    case 'unknown':
      return failed(
        `the database has revisions that no file carries: ${unknown.join(', ')}`,
        'Deploy the code that has them, or name the right database.',
      );
    case 'pending':
      return failed(
        [`${at}, pending: ${pending.map(({ id }) => id).join(', ')}`, ...found.warnings].join('; '),
        'Run plinth upgrade.',
      );
    case 'changed':
      return failed(
        [at, ...found.warnings].join('; '),
        'Undo the change to the file, and write a new revision instead.',
      );
    case 'interrupted':
      return failed(
        [at, ...found.warnings].join('; '),
        'Run the same plinth upgrade or plinth downgrade again: it goes on where it stopped.',
      );
    case 'skipped':
      return failed(
        [at, ...found.warnings].join('; '),
        'Give it the current head as its parent, or downgrade below it and upgrade again.',
      );
    case 'current':
      return passed([at, ...found.warnings].join('; '));
  }
}
