// `plinth edit`: opens revision files in the editor of the person at the terminal, and reads the
// history again when that has ended.

import { spawn } from 'node:child_process';
import { relative } from 'node:path';
import { PlinthError } from '../../errors/index.js';
import { loadRevisions } from '../../migrate/index.js';
import { asksDatabase, namedRevisions } from '../named-revisions.js';
import { openHistory } from '../open-history.js';
import { openProject } from '../open-project.js';
import type { Report } from '../report.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

/**
 * @throws PlinthError CLI_EDITOR_FAILED, or as `resolveTarget`; what is wrong in the edited file, as
 *   `loadRevisions`.
 */
export async function editCommand(
  terminal: Terminal,
  shared: SharedOptions,
  identifier: string,
): Promise<Report> {
  const { graph, applied } = await openHistory(terminal, shared, asksDatabase(identifier));
  const revisions = namedRevisions(graph, identifier, applied);
  if (revisions.length === 0) {
    throw new PlinthError('REVISION_NOT_FOUND', `"${identifier}" names no revision to edit`, {
      hint: 'Name a revision by its id; "plinth history" lists them.',
    });
  }
  const paths = revisions.map(({ path }) => path);
  await openEditor(editorOf(terminal), paths, terminal);
  await loadRevisions((await openProject(terminal, shared)).revisionsFolder);
  return {
    data: { edited: paths },
    print: ({ out }) => {
      for (const path of paths) out(`edited  ${relative(terminal.folder, path)}`);
    },
  };
}

function editorOf({ env }: Terminal): string {
  const editor = env.VISUAL || env.EDITOR;
  if (editor) return editor;
  throw new PlinthError('CLI_EDITOR_FAILED', 'neither VISUAL nor EDITOR names an editor', {
    hint: 'Set one of them, such as EDITOR=nano, or open the file that `plinth show` names.',
  });
}

/** The variable may hold arguments of the editor, so a shell reads it, as for git. */
async function openEditor(
  editor: string,
  paths: readonly string[],
  { folder, env }: Terminal,
): Promise<void> {
  const isWindows = process.platform === 'win32';
  const child = isWindows
    ? spawn([editor, ...paths.map((path) => `"${path}"`)].join(' '), {
        cwd: folder,
        env,
        stdio: 'inherit',
        shell: true,
      })
    : spawn('/bin/sh', ['-c', `${editor} "$@"`, 'plinth', ...paths], {
        cwd: folder,
        env,
        stdio: 'inherit',
      });
  const ending = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(code === 0 ? undefined : `it ended with ${signal ?? `status ${code}`}`),
    );
  });
  if (ending === undefined) return;
  throw new PlinthError('CLI_EDITOR_FAILED', `the editor "${editor}" failed: ${ending}`, {
    hint: 'Correct VISUAL or EDITOR, or open the file yourself.',
  });
}
