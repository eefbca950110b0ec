// docs/cli.md, run as it stands: the commands behind its prompts print what it shows.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';

const PAGE = new URL('../../docs/cli.md', import.meta.url);
const PROGRAM = fileURLToPath(new URL('../bin/plinth.js', import.meta.url));
/** Where the page says that the project is. */
const SHOWN_FOLDER = '/home/ada/app';
const database = useDatabase();

interface Example {
  readonly line: string;
  readonly shown: readonly string[];
}

/** Command lines with what stands under them, until the next one. */
function examplesOf(block: string): readonly Example[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [line = '', ...shown] = text.trimEnd().split('\n');
      return { line, shown };
    });
}

/** A file of the history has the name that Plinth gave it. */
async function writeRevision(folder: string, text: string): Promise<void> {
  const id = /plinth:revision (\S+)/.exec(text)?.[1] ?? 'no id';
  const names = await readdir(join(folder, 'revisions'));
  const name = names.find((candidate) => candidate.includes(id));
  expect(name, `the file of ${id}`).toBeDefined();
  await writeFile(join(folder, 'revisions', name ?? id), text);
}

/** Times differ from run to run, and so do the names of new files. */
function settled(text: string): string {
  return text
    .replace(/\([\d.]+ m?s\)/g, '(… ms)')
    .replace(/\b\d{8}_\d{4}_/g, '…_')
    .trimEnd();
}

it('shows what its commands print', { timeout: 240_000 }, async () => {
  const root = await mkdtemp(join(tmpdir(), 'plinth-page-'));
  const app = join(root, 'app');
  const bin = join(root, 'bin');
  await mkdir(app);
  await mkdir(bin);
  await symlink(PROGRAM, join(bin, 'plinth'));
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    DATABASE_URL: database.url,
    LC_ALL: 'C.UTF-8',
  };
  let status = 0;
  const run = (line: string) =>
    new Promise<string>((resolve) => {
      const child = execFile(
        'sh',
        ['-c', `(exit ${status}); ${line} 2>&1`],
        { cwd: app, env },
        (_failure, out) => {
          status = child.exitCode ?? -1;
          resolve(out.replaceAll(app, SHOWN_FOLDER));
        },
      );
    });
  try {
    const page = await readFile(PAGE, 'utf8');
    const blocks = [...page.matchAll(/^```(console|sql)\n([\s\S]*?)^```$/gm)];
    let count = 0;
    for (const [, language, body = ''] of blocks) {
      if (language === 'sql') await writeRevision(app, body);
      for (const { line, shown } of language === 'sql' ? [] : examplesOf(body)) {
        count += 1;
        expect(`$ ${line}\n${settled(await run(line))}`).toBe(
          `$ ${line}\n${settled(shown.join('\n'))}`,
        );
      }
    }
    expect(count).toBeGreaterThan(20);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
