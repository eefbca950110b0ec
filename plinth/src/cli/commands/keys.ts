// `plinth keys`: a new key-encryption key, how the keys of a project stand, and their rotation.

import { PlinthError } from '../../errors/index.js';
import type { Report } from '../report.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export const KEY_ACTIONS = ['generate', 'status', 'rotate'] as const;

export type KeyAction = (typeof KEY_ACTIONS)[number];

export interface KeysOptions {
  readonly id?: string;
  readonly dataKeys?: true;
  readonly batch?: number;
}

/** Options that one action alone takes. */
const TAKEN_BY = {
  id: ['--id', 'generate'],
  dataKeys: ['--data-keys', 'rotate'],
  batch: ['--batch', 'rotate'],
} as const satisfies Record<keyof KeysOptions, readonly [string, KeyAction]>;

/** Its status is 1 where a key is missing or a value cannot be read. */
export async function keysCommand(
  terminal: Terminal,
  shared: SharedOptions,
  action: KeyAction,
  options: KeysOptions,
): Promise<Report> {
  refuseOthers(action, options);
  if (action === 'generate') return await generate(options.id);
  const { rotateProjectKeys, showKeyStatus } = await import('../project-keys.js');
  return action === 'status'
    ? await showKeyStatus(terminal, shared)
    : await rotateProjectKeys(terminal, shared, options);
}

async function generate(id: string | undefined): Promise<Report> {
  const { generateKeyEncryptionKey, KEYS_VARIABLE } = await import('../../secrets/index.js');
  const key = id === undefined ? generateKeyEncryptionKey() : generateKeyEncryptionKey(id);
  return {
    data: { id: key.slice(0, key.indexOf(':')), variable: KEYS_VARIABLE, key },
    print: (to) => {
      to.out(key);
      to.error(
        `Add it to ${KEYS_VARIABLE} behind the others, with a comma; once every process has it, put it in front. Keep it secret.`,
      );
    },
  };
}

function refuseOthers(action: KeyAction, options: KeysOptions): void {
  for (const [name, [flag, taker]] of Object.entries(TAKEN_BY)) {
    if (!(name in options) || taker === action) continue;
    throw new PlinthError('CLI_USAGE', `${flag} belongs to plinth keys ${taker}`, {
      hint: `Leave it out, or run plinth keys ${taker}.`,
    });
  }
}
