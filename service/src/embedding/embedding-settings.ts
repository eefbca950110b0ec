// The settings of documents: who makes vectors of texts, and how texts are cut. No value that may
// hold a secret is repeated.

import type { z } from 'zod';
import type { ChunkSizes } from '../documents/chunk-text.js';
import type { Environment } from '../env-file.js';
import { LIMITS } from '../limits.js';
import { flag, secretSetting, setting } from '../setting.js';
import type { HttpEmbedderOptions } from './http-embedder.js';

/** Documents as the settings want them. */
export interface DocumentSettings {
  /** The endpoint that makes vectors; `undefined` for the embedder that needs none. */
  readonly endpoint: HttpEmbedderOptions | undefined;
  readonly chunks: ChunkSizes;
  /** A tenant with more chunks is searched by the index. */
  readonly exactUpTo: number;
}

export const documentVariables = {
  EMBEDDING_URL: secretSetting(
    'an http or https URL without a user, a password and a query, such as https://api.openai.com/v1',
    readUrl,
  ).optional(),
  EMBEDDING_MODEL: setting(
    `the name of a model, of at most ${LIMITS.embeddingModel.max} characters without white space`,
    readModel,
  ).optional(),
  EMBEDDING_API_KEY: secretSetting('a key without white space', readKey).optional(),
  EMBEDDING_TIMEOUT: setting('seconds, from 1 to 600', whole(1, 600)).default(30),
  EMBEDDING_BATCH_SIZE: setting('a whole number from 1 to 2048', whole(1, 2048)).default(64),
  EMBEDDING_DIMENSIONS_PARAMETER: flag().default(false),
  DOCUMENT_CHUNK_SIZE: setting('a whole number from 200 to 8000', whole(200, 8000)).default(1000),
  DOCUMENT_CHUNK_OVERLAP: setting('a whole number from 0 to 4000', whole(0, 4000)).default(150),
  DOCUMENT_EXACT_SEARCH_LIMIT: setting(
    'a whole number from 0 to 1000000',
    whole(0, 1_000_000),
  ).default(10_000),
};

type Variables = z.infer<z.ZodObject<typeof documentVariables>>;

/** What is wrong with variables that are right one by one. */
export function documentProblems(environment: Environment): readonly string[] {
  const { EMBEDDING_URL: url, EMBEDDING_MODEL: model } = environment;
  const { DOCUMENT_CHUNK_SIZE, DOCUMENT_CHUNK_OVERLAP } = documentVariables;
  const size = DOCUMENT_CHUNK_SIZE.safeParse(environment.DOCUMENT_CHUNK_SIZE).data;
  const overlap = DOCUMENT_CHUNK_OVERLAP.safeParse(environment.DOCUMENT_CHUNK_OVERLAP).data;
  return [
    ...(url !== undefined && model === undefined
      ? ['EMBEDDING_MODEL is not set, and must be where EMBEDDING_URL is']
      : []),
    ...(url === undefined
      ? ['EMBEDDING_MODEL', 'EMBEDDING_API_KEY']
          .filter((name) => environment[name] !== undefined)
          .map((name) => `${name} is set, and has no meaning without EMBEDDING_URL`)
      : []),
    ...(size !== undefined && overlap !== undefined && overlap > size / 2
      ? [
          `DOCUMENT_CHUNK_OVERLAP is ${overlap}, and must be at most half of DOCUMENT_CHUNK_SIZE, which is ${size}`,
        ]
      : []),
  ];
}

export function documentSettingsOf(variables: Variables): DocumentSettings {
  const { EMBEDDING_URL: url, EMBEDDING_MODEL: model } = variables;
  return {
    endpoint:
      url === undefined || model === undefined
        ? undefined
        : {
            url,
            model,
            apiKey: variables.EMBEDDING_API_KEY,
            timeoutMs: variables.EMBEDDING_TIMEOUT * 1000,
            batchSize: variables.EMBEDDING_BATCH_SIZE,
            sendsDimensions: variables.EMBEDDING_DIMENSIONS_PARAMETER,
          },
    chunks: { size: variables.DOCUMENT_CHUNK_SIZE, overlap: variables.DOCUMENT_CHUNK_OVERLAP },
    exactUpTo: variables.DOCUMENT_EXACT_SEARCH_LIMIT,
  };
}

function whole(least: number, most: number) {
  return (text: string): number | undefined =>
    /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most
      ? Number(text)
      : undefined;
}

function readUrl(text: string): URL | undefined {
  if (!/^https?:\/\/[!-~]+$/i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isPlain = [url.username, url.password, url.search, url.hash].every((part) => part === '');
  return isPlain ? url : undefined;
}

function readModel(text: string): string | undefined {
  return /^[!-~]+$/.test(text) && text.length <= LIMITS.embeddingModel.max ? text : undefined;
}

function readKey(text: string): string | undefined {
  return /^[!-~]{1,1000}$/.test(text) ? text : undefined;
}
