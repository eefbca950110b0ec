// The keys of a project's encrypted columns, for `plinth keys status` and `plinth keys rotate`: where
// they come from, and the work on its database. How it reads is report-keys.ts's matter.

import type { Project } from '../config/index.js';
import {
  keyEncryptionFromEnv,
  type RotationOptions,
  readKeyStatus,
  rotateKeys,
} from '../secrets/index.js';
import { readModelFiles } from '../sources/index.js';
import type { KeysOptions } from './commands/keys.js';
import { Interruption } from './interruption.js';
import { openProject, withDatabaseOf } from './open-project.js';
import type { Report } from './report.js';
import { reportKeyStatus, reportRotation } from './report-keys.js';
import { screenLine } from './screen.js';
import type { SharedOptions } from './shared-options.js';
import type { Terminal } from './terminal.js';

/** Its status is 1 where a key is missing or does not open, or a value cannot be read. */
export async function showKeyStatus(terminal: Terminal, shared: SharedOptions): Promise<Report> {
  const project = await openProject(terminal, shared);
  const settings = await readSettings(terminal, project);
  return await withDatabaseOf(terminal, shared, project, async (db) => {
    return reportKeyStatus(await readKeyStatus(db, settings));
  });
}

/** Its status is as that of `showKeyStatus`, and 130 or 143 where a signal stopped it. */
export async function rotateProjectKeys(
  terminal: Terminal,
  shared: SharedOptions,
  { dataKeys, batch }: KeysOptions,
): Promise<Report> {
  const project = await openProject(terminal, shared);
  const settings = await readSettings(terminal, project);
  return await withDatabaseOf(terminal, shared, project, async (db) => {
    const line = terminal.screen === undefined ? undefined : screenLine(terminal.screen);
    const work = async (signal?: AbortSignal): Promise<Report> => {
      const options: RotationOptions = {
        ...settings,
        dataKeys,
        batch,
        signal,
        onProgress: ({ tenant, encrypted }) =>
          line?.draw(`${encrypted} values encrypted again, at tenant ${tenant}`),
      };
      try {
        return reportRotation(await rotateKeys(db, options), dataKeys === true);
      } catch (error) {
        if (!(error instanceof Interruption)) throw error;
        return reportStopped(error);
      } finally {
        line?.clear();
      }
    };
    return await (terminal.untilInterrupted?.(work) ?? work());
  });
}

async function readSettings(terminal: Terminal, project: Project) {
  const { keyEncryption, tenants = project.tenants } = project.secrets;
  const port = await (keyEncryption?.() ?? keyEncryptionFromEnv(terminal.env));
  const files = await readModelFiles(project, terminal.folder);
  const exports = files.flatMap(({ file, exports: its }) =>
    Object.entries(its).map(([name, value]) => [`${file}: ${name}`, value] as const),
  );
  return { keyEncryption: port, schema: Object.fromEntries(exports), tenants };
}

function reportStopped({ message, status }: Interruption): Report {
  return {
    data: { stopped: message },
    print: (to) => {
      to.error(message);
      to.error('hint: Run the same command again: it goes on where this one was stopped.');
    },
    status,
  };
}
