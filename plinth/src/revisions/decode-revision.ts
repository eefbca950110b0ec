// Turns the bytes of a revision file into the text everything else works on: UTF-8 without a
// byte order mark and with LF line ends, so that a checkout on any system yields the same.

import type { RevisionProblem } from './revision-problem.js';

const LF = 10;

/** The text of a file, or the problem that keeps it from being read. */
export function decodeRevision(
  path: string,
  content: string | Uint8Array,
): string | RevisionProblem {
  if (typeof content === 'string') return refuseFaults(path, canonical(content));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return refuseFaults(path, canonical(decoder.decode(content)));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return {
      code: 'REVISION_FILE_INVALID',
      path,
      line: lineOfInvalidBytes(content),
      message: 'Found bytes that are not UTF-8; expected UTF-8 text.',
      hint: 'Save the file in UTF-8.',
    };
  }
}

function canonical(text: string): string {
  return text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
}

interface TextFault {
  readonly pattern: RegExp;
  readonly message: string;
  readonly hint: string;
}

const FAULTS: readonly TextFault[] = [
  {
    // The protocol ends a query at NUL: the server would run the part before it without a word.
    pattern: /\0/,
    message: 'Found a NUL character; expected text.',
    hint: 'Remove the NUL character, or save the file in UTF-8.',
  },
  {
    pattern: /^(?:<{7}|>{7}) /m,
    message: 'Found a conflict marker of git; expected one version of these lines.',
    hint: 'Resolve the conflict, and remove its markers.',
  },
  {
    pattern: /^[^\n]*?\r(?=[^\n]*$)/,
    message: 'Found lines that end in CR alone; expected LF or CR LF.',
    hint: 'Save the file with LF line ends.',
  },
];

function refuseFaults(path: string, text: string): string | RevisionProblem {
  for (const { pattern, message, hint } of FAULTS) {
    const at = text.search(pattern);
    if (at === -1) continue;
    const line = text.slice(0, at).split('\n').length;
    return { code: 'REVISION_FILE_INVALID', path, line, message, hint };
  }
  return text;
}

// No UTF-8 sequence holds the byte of LF but LF itself, so each line can be tried alone.
function lineOfInvalidBytes(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(LF, from);
    const to = end === -1 ? bytes.length : end;
    try {
      decoder.decode(bytes.subarray(from, to));
    } catch (error) {
      if (error instanceof TypeError) return line;
      throw error;
    }
    from = to + 1;
  }
  return line;
}
