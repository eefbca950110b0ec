import { ProblemError } from 'plinth/fastify';
import { describe, expect, it } from 'vitest';
import { EmbeddingFailed, type EmbeddingFailureKind } from '../embedding/embedder.js';
import { embedTexts } from './embed-texts.js';

describe('embedTexts', () => {
  it.each([
    ['unavailable', 503, 'The embedder small gives no vectors at the moment; try again shortly.'],
    ['unusable', 502, 'The embedder small gives no vectors that can be used; the log says why.'],
  ] satisfies readonly (readonly [EmbeddingFailureKind, number, string])[])(
    'words for a client and for the log that it is %s',
    async (kind, status, detail) => {
      const failure = new EmbeddingFailed(kind, 'it answered with status 500');
      const embedder = { model: 'small', embed: () => Promise.reject(failure) };
      const error: unknown = await embedTexts(embedder, ['a']).catch((reason: unknown) => reason);
      if (!(error instanceof ProblemError)) throw new Error('another error', { cause: error });
      expect(error.facts).toMatchObject({ status, detail });
      // The log joins the messages of an error and of its cause with a colon.
      expect(error.message).toBe('the embedder small failed');
      expect(error.cause).toBe(failure);
    },
  );
});
