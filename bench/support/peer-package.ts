// Installs a peer's package into a folder of its own, outside of the project: only a benchmark
// needs it.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @returns The package's folder. */
export function installPeer(spec: string): string {
  const name = spec.slice(0, spec.lastIndexOf('@'));
  const folder = join(tmpdir(), `plinth-peer-${spec.replaceAll(/[^\w.]+/g, '-')}`);
  const installed = join(folder, 'node_modules', name);
  if (existsSync(join(installed, 'package.json'))) return installed;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const { status, stderr } = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', spec], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${spec} could not be installed: ${stderr}`);
  return installed;
}
