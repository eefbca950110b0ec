import { describe, expect, it } from 'vitest';
import { hitsOf } from './hits-of.js';

const found = (count: number, text = 'A text.') =>
  Array.from({ length: count }, (_, at) => ({
    document_id: '00000000-0000-4000-8000-000000000000',
    title: 'Title',
    chunk_number: at,
    text,
    metadata: {},
    distance: at / 10,
  }));

describe('hitsOf', () => {
  it('gives each chunk with its score and snippet, down to the lowest score', async () => {
    expect(await hitsOf(found(4), 'text', 0.8)).toEqual(
      [1, 0.9, 0.8].map((score, at) => ({
        document_id: '00000000-0000-4000-8000-000000000000',
        title: 'Title',
        chunk_number: at,
        score,
        snippet: 'A text.',
        text: 'A text.',
        metadata: {},
      })),
    );
  });

  it('lets others have their turn between long chunks', async () => {
    let turns = 0;
    let immediate = setImmediate(function count() {
      turns += 1;
      immediate = setImmediate(count);
    });
    try {
      const hits = await hitsOf(found(20, 'One word after another. '.repeat(300)), 'word', -1);
      expect(hits).toHaveLength(20);
      expect(turns).toBeGreaterThanOrEqual(18);
    } finally {
      clearImmediate(immediate);
    }
  });
});
