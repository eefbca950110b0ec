// Turns the bytes of a revision file into the text everything else works on: UTF-8 without a
// byte order mark and with LF line ends, so that a checkout on any system yields the same.

import type { RevisionProblem } from './revision-problem.js';

const LF = 10;

/** The text of a file, or the problem that keeps it from being read. */
export function decodeRevision(
  path: string,
  content: string | Uint8Array,
): string | RevisionProblem {
  if (typeof content === 'string') return refuseNul(path, canonical(content));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return refuseNul(path, canonical(decoder.decode(content)));
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

// The protocol ends a query at NUL: the server would run the part before it without a word.
function refuseNul(path: string, text: string): string | RevisionProblem {
  const at = text.indexOf('\0');
  if (at === -1) return text;
  return {
    code: 'REVISION_FILE_INVALID',
    path,
    line: text.slice(0, at).split('\n').length,
    message: 'Found a NUL character; expected text.',
    hint: 'Remove the NUL character, or save the file in UTF-8.',
  };
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
