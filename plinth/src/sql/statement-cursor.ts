// Goes through the words of one statement from its start. It knows no grammar: its callers do.

import { isSignificant, isWord, type SqlToken } from './sql-token.js';
import { tokenize } from './tokenize.js';

export class StatementCursor {
  readonly text: string;
  readonly #tokens: readonly SqlToken[];
  #at = 0;

  /** @param text One statement. */
  constructor(text: string) {
    this.text = text;
    this.#tokens = tokenize(text).filter(isSignificant);
  }

  /** Where in the text the last word ends that it went past. */
  get end(): number {
    const last = this.#tokens[this.#at - 1];
    return last === undefined ? 0 : last.offset + last.text.length;
  }

  /** Goes past these keywords, in lower case, if all of them come next. */
  take(...words: readonly string[]): boolean {
    const isNext = words.every((word, index) => isWord(this.#tokens[this.#at + index], word));
    if (isNext) this.#at += words.length;
    return isNext;
  }

  /** Goes past what stands in parentheses, if they come next. */
  takeParentheses(): boolean {
    if (this.#tokens[this.#at]?.text !== '(') return false;
    for (let depth = 0; this.#at < this.#tokens.length; ) {
      const text = this.#tokens[this.#at++]?.text;
      if (text === '(') depth += 1;
      if (text === ')') depth -= 1;
      if (depth === 0) break;
    }
    return true;
  }

  /** A name as it is written, with what qualifies it; `undefined` where none comes next. */
  takeName(): string | undefined {
    let name = this.#takePart();
    while (name !== undefined && this.#tokens[this.#at]?.text === '.') {
      this.#at += 1;
      name += `.${this.#takePart() ?? ''}`;
    }
    return name;
  }

  #takePart(): string | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'word' && token?.kind !== 'quoted-identifier') return undefined;
    this.#at += 1;
    return token.text;
  }
}
