// Finds the `plinth:` comment lines of a revision file. Does not know which names exist.

import { isSignificant, lineAt, type SqlToken, tokenize } from '../sql/index.js';

export interface RevisionMarker {
  readonly name: string;
  /** Trimmed; empty when nothing stands behind the name. */
  readonly value: string;
  readonly line: number;
  /** Where the comment begins and ends in the text. */
  readonly offset: number;
  readonly end: number;
  /** In SQL: code stands before it on its line. In a module: code stands anywhere before it. */
  readonly behindCode: boolean;
}

export interface RevisionMarkers {
  readonly markers: readonly RevisionMarker[];
  /** Line of the first code: in SQL, of what stands before any section. Undefined: none. */
  readonly codeLine: number | undefined;
}

const NAMED = /^(?:--|\/\/)[ \t]*plinth:(\S*)(.*)$/;

/** Markers of an SQL file: line comments only, so never inside a quote or a block comment. */
export function findSqlMarkers(text: string): RevisionMarkers {
  const markers: RevisionMarker[] = [];
  let codeLine: number | undefined;
  let inSection = false;
  for (const token of tokenize(text)) {
    const marker = sqlMarker(text, token);
    if (marker !== undefined) {
      markers.push(marker);
      inSection ||= marker.name === 'upgrade' || marker.name === 'downgrade';
    } else if (isSignificant(token) && !inSection) {
      codeLine ??= lineAt(text, token.offset);
    }
  }
  return { markers, codeLine };
}

function sqlMarker(text: string, token: SqlToken): RevisionMarker | undefined {
  if (token.kind !== 'comment' || !NAMED.test(token.text)) return undefined;
  const lineStart = text.lastIndexOf('\n', token.offset) + 1;
  const behindCode = text.slice(lineStart, token.offset).trim() !== '';
  return markerOf(text, token.text, token.offset, behindCode);
}

/**
 * Markers of a module. Its code is not parsed here: behind the first code every line that begins
 * like a marker counts, for the caller to refuse.
 */
export function findModuleMarkers(text: string): RevisionMarkers {
  const markers: RevisionMarker[] = [];
  const trivia = /\s+|\/\/.*|\/\*[\s\S]*?\*\//y;
  let at = /^#!.*/.exec(text)?.[0].length ?? 0;
  trivia.lastIndex = at;
  for (let found = trivia.exec(text); found !== null; found = trivia.exec(text)) {
    const marker = markerOf(text, found[0], at, false);
    if (marker !== undefined) markers.push(marker);
    at = trivia.lastIndex;
  }
  for (const { 0: comment, index } of text.slice(at).matchAll(/^[ \t]*\/\/.*/gm)) {
    const marker = markerOf(text, comment.trimStart(), at + index, true);
    if (marker !== undefined) markers.push(marker);
  }
  return { markers, codeLine: at < text.length ? lineAt(text, at) : undefined };
}

function markerOf(
  text: string,
  comment: string,
  offset: number,
  behindCode: boolean,
): RevisionMarker | undefined {
  const found = NAMED.exec(comment);
  if (found === null) return undefined;
  const [, name = '', value = ''] = found;
  const line = lineAt(text, offset);
  return { name, value: value.trim(), line, offset, end: offset + comment.length, behindCode };
}
