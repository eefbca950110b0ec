// Where packages lie. A peer's is installed into a folder of its own, outside of the project: only a
// benchmark needs it.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @param beside What the package needs at its side.
 * @returns The package's folder.
 */
export function installPeer(spec: string, beside: readonly string[] = []): string {
  const name = spec.slice(0, spec.lastIndexOf('@'));
  const folder = join(tmpdir(), `plinth-peer-${spec.replaceAll(/[^\w.]+/g, '-')}`);
  const installed = join(folder, 'node_modules', name);
  if (existsSync(join(installed, 'package.json'))) return installed;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const { status, stderr } = spawnSync(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', spec, ...beside],
    { cwd: folder, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${spec} could not be installed: ${stderr}`);
  return installed;
}

/** The folder of a package that is installed with the project. */
export function packageFolder(name: string): string {
  return join(createRequire(import.meta.url).resolve(`${name}/package.json`), '..');
}
