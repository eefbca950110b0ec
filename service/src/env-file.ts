// Reads .env beside the process. What the environment says already wins.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { StartError } from './start-error.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment with what `.env` in the folder adds to it. An empty value counts as none. */
export function readEnvironment(environment: Environment, folder: string): Environment {
  return { ...withoutEmpty(readEnvFile(join(folder, '.env'))), ...withoutEmpty(environment) };
}

function readEnvFile(path: string): Environment {
  try {
    // A byte order mark would become a part of the first name.
    return parseEnv(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return {};
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`${path} cannot be read: ${reason}`, {
      hint: 'Make it readable, or remove it.',
      cause,
    });
  }
}

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== '' && value !== undefined),
  );
}
