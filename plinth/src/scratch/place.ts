// Where a statement comes from, in the words of messages: a line of a file, or an export of a file
// of models, whose statements are in no file and so have no line that anybody could look up.

import type { ErrorDetails } from '../errors/index.js';

export interface Place {
  readonly file: string;
  readonly line: number | undefined;
  /** The export of the file that the statement was written for. */
  readonly name?: string;
}

/** `schema.sql:12`, or `schema.ts: users`. */
export function describePlace({ file, line, name }: Place): string {
  if (name !== undefined) return `${file}: ${name}`;
  return line === undefined ? file : `${file}:${line}`;
}

/** The same for programs. */
export function placeDetails({ file, line, name }: Place): ErrorDetails {
  if (name !== undefined) return { file, export: name };
  return line === undefined ? { file } : { file, line };
}
