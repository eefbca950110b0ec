// `plinth init`: a configuration and a folder of revisions, from a template. It never overwrites a
// file.

import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFIG_FILES } from '../../config/index.js';
import { PlinthError } from '../../errors/index.js';
import { DEFAULT_TEMPLATE, INIT_TEMPLATES, type InitTemplate } from '../init-templates.js';
import type { Report } from '../report.js';
import type { Terminal } from '../terminal.js';

export interface InitOptions {
  /** Name of a template that is there. */
  readonly template?: string;
}

/** @throws PlinthError CONFIG_INVALID when the folder has a configuration, or such a file, already. */
export async function initCommand(
  { folder }: Terminal,
  { template = DEFAULT_TEMPLATE }: InitOptions,
): Promise<Report> {
  const { files, next } = templateCalled(template);
  refuseExisting(folder, [...CONFIG_FILES, ...Object.keys(files)]);
  await mkdir(join(folder, 'revisions'), { recursive: true });
  await mkdir(join(folder, '.plinth'), { recursive: true });
  // The embedded database is data, not source: git leaves it out wherever the project lies.
  await writeFile(join(folder, '.plinth', '.gitignore'), '*\n');
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, name), text, { flag: 'wx' });
  }
  const written = [...Object.keys(files), 'revisions/'];
  return {
    data: { template, written: written.map((name) => join(folder, name)), next },
    print: ({ out }) => {
      for (const name of written) out(`wrote  ${name}`);
      out('');
      for (const [index, line] of next.entries())
        out(`${index === 0 ? 'Next:' : '     '}  ${line}`);
    },
  };
}

function templateCalled(name: string): InitTemplate {
  const found = INIT_TEMPLATES.find((template) => template.name === name);
  if (found !== undefined) return found;
  const names = INIT_TEMPLATES.map((template) => template.name).join(', ');
  throw new PlinthError('CLI_USAGE', `no template is called "${name}"`, {
    hint: `Choose one of these: ${names}.`,
  });
}

function refuseExisting(folder: string, names: readonly string[]): void {
  const existing = names.find((name) => existsSync(join(folder, name)));
  if (existing === undefined) return;
  throw new PlinthError('CONFIG_INVALID', `${join(folder, existing)} exists already`, {
    hint: 'Edit it, or run `plinth init` in another folder.',
  });
}
