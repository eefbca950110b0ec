// The segments of a text, in a time that grows with its length alone: Intl.Segmenter takes longer for
// each segment the longer the whole text is, and a text comes from outside.

/** Code units that are looked at together. */
const WINDOW = 512;
/** Where a segment ends may depend on what follows it: so near to its end a part does not tell. */
const MARGIN = 64;

/** Joined they are the text again. */
export function* segmentsOf(segmenter: Intl.Segmenter, text: string): Generator<string> {
  let start = 0;
  let size = WINDOW;
  while (start < text.length) {
    const part = text.slice(start, start + size);
    const isEnd = start + size >= text.length;
    let done = 0;
    for (const { index, segment } of segmenter.segment(part)) {
      const end = index + segment.length;
      if (!isEnd && end > size - MARGIN) break;
      yield segment;
      done = end;
      // A larger part is for one segment that a smaller one did not hold.
      if (size > WINDOW) break;
    }
    start += done;
    size = done === 0 ? size * 2 : WINDOW;
  }
}
