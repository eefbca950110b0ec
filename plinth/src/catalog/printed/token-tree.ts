// SQL that PostgreSQL printed, as a tree of its parentheses and brackets. Rendered, it is the same
// text. PostgreSQL prints keywords in upper case, and a name that is not quoted in lower case, so
// a word in upper case is always a keyword.

import { tokenize } from '../../sql/index.js';

/** `word` is a bare name or a keyword, `name` a quoted one, `sign` what is none of the others. */
export interface Leaf {
  readonly kind: 'space' | 'word' | 'name' | 'string' | 'number' | 'operator' | 'sign';
  readonly text: string;
}

/** What stands between a pair of parentheses or brackets, or between CASE and END. */
export interface Group {
  readonly kind: 'group';
  readonly open: Opening;
  readonly inside: readonly Piece[];
}

export type Opening = '(' | '[' | 'CASE';

export type Piece = Leaf | Group;

const KINDS: Readonly<Record<string, Leaf['kind']>> = {
  space: 'space',
  word: 'word',
  'quoted-identifier': 'name',
  string: 'string',
  number: 'number',
  operator: 'operator',
};

export const CLOSING: Readonly<Record<Opening, string>> = { '(': ')', '[': ']', CASE: 'END' };
const OPENINGS: ReadonlyMap<string, Opening> = new Map([
  ['(', '('],
  ['[', '['],
  ['CASE', 'CASE'],
]);

/** `undefined` where the parentheses do not match. */
export function readTree(text: string): readonly Piece[] | undefined {
  const levels: Piece[][] = [[]];
  const opened: Opening[] = [];
  for (const token of tokenize(text)) {
    const level = levels.at(-1) ?? [];
    const isBare = token.kind === 'punctuation' || token.kind === 'word';
    const open = isBare ? OPENINGS.get(token.text) : undefined;
    const last = opened.at(-1);
    if (open !== undefined) {
      levels.push([]);
      opened.push(open);
    } else if (isBare && last !== undefined && CLOSING[last] === token.text) {
      opened.pop();
      levels.pop();
      levels.at(-1)?.push({ kind: 'group', open: last, inside: level });
    } else if (token.text === ')' || token.text === ']') {
      return undefined;
    } else {
      level.push({ kind: KINDS[token.kind] ?? 'sign', text: token.text });
    }
  }
  return opened.length === 0 ? levels[0] : undefined;
}

export function renderTree(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) =>
      piece.kind === 'group'
        ? `${piece.open}${renderTree(piece.inside)}${CLOSING[piece.open]}`
        : piece.text,
    )
    .join('');
}

/** The pieces without white space. */
export function significant(pieces: readonly Piece[]): readonly Piece[] {
  return pieces.filter(({ kind }) => kind !== 'space');
}

export function isGroup(piece: Piece | undefined, open: Opening): piece is Group {
  return piece?.kind === 'group' && piece.open === open;
}

/** The keyword that a piece is, if it is one. */
export function keywordOf(piece: Piece | undefined): string | undefined {
  return piece?.kind === 'word' && /^[A-Z_]+$/.test(piece.text) ? piece.text : undefined;
}

export function isSign(piece: Piece | undefined, text: string): boolean {
  return piece?.kind === 'sign' && piece.text === text;
}

const QUERY_WORDS = new Set([
  ...['SELECT', 'VALUES', 'WITH', 'UNION', 'INTERSECT', 'EXCEPT'],
  ...['INSERT', 'UPDATE', 'DELETE', 'MERGE'],
]);

/** Whether these pieces are a query: the parentheses around one are never idle. */
export function isQuery(pieces: readonly Piece[]): boolean {
  return pieces.some((piece) => QUERY_WORDS.has(keywordOf(piece) ?? ''));
}

/** The same tree with every group rewritten, the innermost first. */
export function mapGroups(
  pieces: readonly Piece[],
  rewrite: (inside: readonly Piece[]) => readonly Piece[],
): readonly Piece[] {
  return rewrite(
    pieces.map((piece) =>
      piece.kind === 'group' ? { ...piece, inside: mapGroups(piece.inside, rewrite) } : piece,
    ),
  );
}
