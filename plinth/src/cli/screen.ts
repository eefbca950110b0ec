// The one line of a terminal that is drawn anew while something runs, cut to its width.

import { clearLine, cursorTo } from 'node:readline';
import type { Writable } from 'node:stream';

export interface Screen {
  readonly stream: Writable;
  /** How many columns it has now: a person may change the window. */
  columns(): number;
}

export interface ScreenLine {
  draw(text: string): void;
  /** Leaves the line empty, for what is printed next. */
  clear(): void;
}

export function screenLine({ stream, columns }: Screen): ScreenLine {
  let isDrawn = false;
  const clear = () => {
    if (!isDrawn) return;
    cursorTo(stream, 0);
    clearLine(stream, 0);
    isDrawn = false;
  };
  return {
    draw(text) {
      clear();
      // The last column stays free: some terminals go to the next line when it is written.
      stream.write(cutToWidth(text, columns() - 1));
      isDrawn = true;
    },
    clear,
  };
}

/** Without control characters, at most so many columns, with an ellipsis where it was cut. */
export function cutToWidth(text: string, width: number): string {
  const characters = [...plainLine(text)];
  if (widthOf(characters) <= width) return characters.join('');
  let kept = '';
  let used = 1;
  for (const character of characters) {
    used += columnsOf(character);
    if (used > width) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Each control character, which could move the cursor, as a space. */
export function plainLine(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}

function widthOf(characters: readonly string[]): number {
  return characters.reduce((sum, character) => sum + columnsOf(character), 0);
}

// From Hangul on a character may take two columns. To count too many only cuts a line early.
function columnsOf(character: string): number {
  return (character.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1;
}
