// What the tokenizer yields: every character of the text is in exactly one token.

export type SqlTokenKind =
  | 'space'
  | 'comment'
  | 'string'
  | 'quoted-identifier'
  | 'dollar-string'
  | 'word'
  | 'number'
  | 'parameter'
  | 'operator'
  | 'punctuation'
  | 'backslash';

export interface SqlToken {
  readonly kind: SqlTokenKind;
  /** Exactly as in the text, quotes and prefixes included. */
  readonly text: string;
  /** Index of its first character, in UTF-16 code units. */
  readonly offset: number;
  /** False when the text ended inside this token; it is then the last one. */
  readonly closed: boolean;
}

/** Whether a token means something to PostgreSQL: neither white space nor a comment. */
export function isSignificant(token: SqlToken): boolean {
  return token.kind !== 'space' && token.kind !== 'comment';
}

/** Whether a token is this keyword, given in lower case. */
export function isWord(token: SqlToken | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toLowerCase() === word;
}

/** Whether a token is this piece of punctuation. */
export function isPunctuation(token: SqlToken | undefined, text: string): boolean {
  return token?.kind === 'punctuation' && token.text === text;
}
