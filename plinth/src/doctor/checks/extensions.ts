// Whether the extensions that the project names are installed in its database.

import { installExtensions } from '../../sql/index.js';
import { failed, passed, skipped, type Verdict } from '../finding.js';
import { isEmbedded, type ReachedPatient } from '../patient.js';

interface Availability {
  readonly name: string;
  readonly installed: string | null;
  readonly [column: string]: unknown;
}

export async function checkExtensions(patient: ReachedPatient): Promise<Verdict> {
  const { extensions, engine } = patient;
  if (extensions.length === 0) return skipped('plinth.config.ts names none');
  const { rows } = await engine.query<Availability>(
    'SELECT name, installed_version AS installed FROM pg_available_extensions',
  );
  const known = new Map(rows.map(({ name, installed }) => [name, installed]));
  const absent = extensions.filter((name) => !known.has(name));
  const uninstalled = extensions.filter((name) => known.get(name) === null);
  if (absent.length > 0) {
    return failed(
      `not available on this server: ${absent.join(', ')}`,
      absenceHint(absent, isEmbedded(patient)),
    );
  }
  if (uninstalled.length > 0) {
    const statements = uninstalled.map((name) => `CREATE EXTENSION "${name}";`);
    return failed(
      `available, and not installed in this database: ${uninstalled.join(', ')}`,
      `Run \`npx plinth upgrade\` where a revision creates it; else write one with ${statements.join(' ')}`,
    );
  }
  return passed(extensions.map((name) => `${name} ${known.get(name)}`).join(', '));
}

function absenceHint(absent: readonly string[], embedded: boolean): string {
  if (absent.includes('pgvector')) return 'Call it vector: pgvector is the name of the package.';
  if (embedded) {
    return 'Set DATABASE_URL to a server that has it.';
  }
  return installExtensions(absent);
}
