// Blanks out the parts of a TypeScript source that are not code, so that a rule can be checked
// with a pattern. It knows tokens, not grammar; positions and line numbers stay as they are.

/** What stays readable: strings hold the specifiers of imports. */
export interface MaskOptions {
  readonly keepStrings: boolean;
}

/** The source with comments, templates, regular expressions and (unless kept) strings blanked. */
export function maskSource(source: string, options: MaskOptions): string {
  return new Masker(source, options.keepStrings).mask();
}

const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const STRING = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/y;
const WORD_OR_MARK = /[\w$]+|[\s\S]/y;
const SPACE = /\s+/y;
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;
const TEMPLATE_TEXT = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*/y;

// After a value a slash divides; after anything else, these words too, it begins a pattern.
const VALUE_END = /[\w$)\]'"`]$/;
const WORDS_BEFORE_VALUE = /^(?:return|typeof|case|in|of|do|else|void|await|yield|throw)$/;

class Masker {
  #at = 0;
  #masked = '';
  #previous = '';

  constructor(
    private readonly source: string,
    private readonly keepStrings: boolean,
  ) {}

  mask(): string {
    while (this.#at < this.source.length) {
      this.#code();
      // Only a closing brace without an opening one gets here: not TypeScript, but keep going.
      this.#keep(/[\s\S]/y);
    }
    return this.#masked;
  }

  /** Takes code up to its end, or to the closing brace that ends the `${ }` it stands in. */
  #code(): void {
    let depth = 0;
    while (this.#at < this.source.length) {
      const next = this.source[this.#at];
      if (next === '}' && depth === 0) return;
      if (next === '{') depth++;
      if (next === '}') depth--;
      if (next === '`') this.#template();
      else if (!this.#keep(SPACE) && !this.#blank(COMMENT)) this.#token();
    }
  }

  #token(): void {
    const start = this.#at;
    const isValue = VALUE_END.test(this.#previous) && !WORDS_BEFORE_VALUE.test(this.#previous);
    const isString = this.keepStrings ? this.#keep(STRING) : this.#blank(STRING);
    if (isString || (!isValue && this.#blank(REGEX))) this.#previous = "'";
    else if (this.#keep(WORD_OR_MARK)) this.#previous = this.source.slice(start, this.#at);
  }

  #template(): void {
    this.#blank(/`/y);
    this.#blank(TEMPLATE_TEXT);
    while (this.#blank(/\$\{/y)) {
      this.#previous = '';
      this.#code();
      this.#blank(/\}/y);
      this.#blank(TEMPLATE_TEXT);
    }
    this.#blank(/`/y);
    this.#previous = '`';
  }

  #keep(pattern: RegExp): boolean {
    return this.#take(pattern, (text) => text);
  }

  #blank(pattern: RegExp): boolean {
    return this.#take(pattern, (text) => text.replace(/[^\n]/g, ' '));
  }

  #take(pattern: RegExp, write: (text: string) => string): boolean {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.source)?.[0] ?? '';
    this.#at += text.length;
    this.#masked += write(text);
    return text !== '';
  }
}
