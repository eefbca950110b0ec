// Why a module could not be loaded, in a sentence: the file, the line where the stack tells it, and
// what was thrown.

import { fileURLToPath } from 'node:url';
import { PlinthError } from '../errors/index.js';

interface Thrower {
  readonly file: string;
  readonly line: number | undefined;
}

/** @param nameOf What messages call a file. */
export function loadFailed(
  path: string,
  cause: unknown,
  nameOf: (file: string) => string,
): PlinthError {
  const thrower = findThrower(cause);
  const isItself = thrower?.file === path;
  const own = isItself ? withLine(nameOf(path), thrower.line) : nameOf(path);
  const other =
    thrower === undefined || isItself ? '' : `${withLine(nameOf(thrower.file), thrower.line)}: `;
  return new PlinthError(
    'MODULE_LOAD_FAILED',
    `${own} cannot be loaded: ${other}${reason(cause)}`,
    {
      hint: 'Correct the file; it must load by itself with its imports installed.',
      details: { path, file: thrower?.file ?? path, line: thrower?.line },
      cause,
    },
  );
}

/** All that can go wrong before a file is loaded. */
export function tsconfigFailed(anchor: string, cause: unknown): PlinthError {
  return new PlinthError(
    'MODULE_LOAD_FAILED',
    `the tsconfig.json of ${anchor} cannot be read: ${reason(cause)}`,
    { hint: 'Correct the nearest tsconfig.json, in its folder or above.', cause },
  );
}

function withLine(name: string, line: number | undefined): string {
  return line === undefined ? name : `${name}:${line}`;
}

/** Without the places that are said before it. */
function reason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const [said = ''] = message.split(/\s*\n(?:Require stack:| ?\S+:\d+:\d+$)/m);
  return said.replace(/^ParseError: /, '').trim();
}

function findThrower(cause: unknown): Thrower | undefined {
  if (!(cause instanceof Error)) return undefined;
  return inMessage(cause.message) ?? inStack(cause.stack ?? '');
}

/** Where a file cannot be parsed, or an import leads nowhere. */
function inMessage(message: string): Thrower | undefined {
  const [, parsed, line] = /^ ?(\S.*):(\d+):\d+$/m.exec(message) ?? [];
  if (parsed !== undefined) return { file: parsed, line: Number(line) };
  const importer = /^Require stack:\n- (.+)$/m.exec(message)?.[1];
  return importer === undefined ? undefined : { file: importer, line: undefined };
}

const FRAME = /^\s+at (?:.*\()?((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/]).*?):(\d+):\d+\)?$/;

/** The first of the project's own files on the way. */
function inStack(stack: string): Thrower | undefined {
  for (const frame of stack.split('\n')) {
    const [, place = '', line] = FRAME.exec(frame) ?? [];
    if (place === '' || /[\\/]node_modules[\\/]/.test(place)) continue;
    const file = place.startsWith('file:') ? fileURLToPath(place) : place;
    return { file, line: Number(line) };
  }
  return undefined;
}
