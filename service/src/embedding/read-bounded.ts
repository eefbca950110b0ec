// The body of an answer as text, as far as it is not too long: whoever answers does not choose how
// much memory that takes.

import { EmbeddingFailed } from './embedder.js';

/** @throws EmbeddingFailed where it has more bytes. */
export async function readBounded(response: Response, atMost: number): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop gives the connection up.
    if (bytes > atMost) {
      throw new EmbeddingFailed('unusable', `its answer is longer than ${atMost} bytes`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
