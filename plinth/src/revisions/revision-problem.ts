// A fault in a revision file as data, and how one or many of them become one error.

import { type ErrorCode, PlinthError } from '../errors/index.js';

export interface RevisionProblem {
  readonly code: ErrorCode;
  readonly path: string;
  /** In the file; the first line is 1. */
  readonly line: number;
  /** What was found and what is expected, as sentences. */
  readonly message: string;
  readonly hint: string;
}

/** One error for all problems: with the code they share, or else REVISION_FILE_INVALID. */
export function problemsError(problems: readonly RevisionProblem[]): PlinthError {
  const [first] = problems;
  const lines = problems.map(({ path, line, message }) => `${path}:${line}: ${message}`);
  if (first !== undefined && problems.length === 1) {
    return new PlinthError(first.code, lines.join(), {
      hint: first.hint,
      details: { path: first.path, line: first.line, problems },
    });
  }
  const shared = problems.every(({ code }) => code === first?.code) ? first?.code : undefined;
  const message = [`${problems.length} problems in revision files:`, ...lines].join('\n  ');
  return new PlinthError(shared ?? 'REVISION_FILE_INVALID', message, {
    hint: 'Correct each of the lines named above.',
    details: { problems },
  });
}
