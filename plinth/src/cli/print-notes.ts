// What a command tells a person beside its result, on standard error.

import type { Unmodelled } from '../catalog/index.js';
import type { Terminal } from './terminal.js';

export function printNotes(terminal: Terminal, notes: readonly string[]): void {
  for (const note of notes) terminal.error(`note: ${note}`);
}

/** @param where Where it was found, for a command that looks at several places. */
export function printUnmodelled(
  terminal: Terminal,
  unmodelled: readonly Unmodelled[],
  where?: string,
): void {
  const place = where === undefined ? '' : ` (${where})`;
  for (const { kind, name } of unmodelled) terminal.error(`not compared: ${kind} ${name}${place}`);
}

export function printWarnings(terminal: Terminal, warnings: readonly string[]): void {
  for (const warning of warnings) terminal.error(`warning: ${warning}`);
}
