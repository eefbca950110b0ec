// What a ciphertext is bound to, as bytes that no other list of texts gives. It encrypts nothing.

/** What a ciphertext is for; two uses never share associated data. */
export type Purpose = 'value' | 'data key' | 'blind index';

const FORMAT = 'plinth:1';

/**
 * The number of texts, and each with its length in bytes in front, in UTF-8. Numbers are four bytes,
 * the highest first. So `a`, `bc` and `ab`, `c` differ, whatever characters are in them.
 */
export function associatedData(purpose: Purpose, parts: readonly string[]): Buffer {
  const texts = [FORMAT, purpose, ...parts].map((part) => Buffer.from(part, 'utf8'));
  return Buffer.concat([
    uint32(texts.length),
    ...texts.flatMap((text) => [uint32(text.length), text]),
  ]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
