// The version of this package, as its package.json says.

import { readFileSync } from 'node:fs';

export const PLINTH_VERSION = readVersion();

function readVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    return String(manifest.version);
  }
  throw new TypeError(`${file.pathname} has no version`);
}
