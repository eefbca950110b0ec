// Documents in requests and answers: one schema each for validation, types and OpenAPI.

import { z } from 'zod';
import { CHUNKS, JSON_BYTES, LIMITS } from '../limits.js';
import { jsonObject } from './json.js';
import { cursor, limit, moment } from './query.js';
import { text, trimmedText } from './text.js';
import { timestampSchema } from './timestamp.js';
import { vectorSchema } from './vector.js';

const title = trimmedText(LIMITS.documentTitle);
const embeddingModel = trimmedText(LIMITS.embeddingModel);
export const documentMetadata = jsonObject(JSON_BYTES.documentMetadata);

const summary = {
  id: z.guid(),
  tenant_id: z.string(),
  title,
  metadata: documentMetadata,
  embedding_model: z.string().meta({ description: 'What made the vectors of its chunks.' }),
  chunk_count: z.int().min(1),
  created_at: timestampSchema,
};

/** As a list has it: texts may be long. */
export const documentSummarySchema = z.object(summary).meta({ id: 'DocumentSummary' });

export const documentListSchema = z.array(documentSummarySchema).meta({ id: 'DocumentList' });

export const documentSchema = z
  .object({
    ...summary,
    text: z.string().nullable().meta({ description: 'null where chunks were sent.' }),
  })
  .meta({ id: 'Document' });

const documentOfText = z
  .strictObject({
    title,
    text: trimmedText(LIMITS.documentContent),
    metadata: documentMetadata.optional(),
  })
  .meta({ id: 'NewDocument', description: 'The service cuts the text, and makes the vectors.' });

const chunk = z.strictObject({ text: text(LIMITS.chunkText), embedding: vectorSchema });

const documentOfChunks = z
  .strictObject({
    title,
    chunks: z
      .array(chunk)
      .min(1, { error: 'must not be empty' })
      .max(CHUNKS.maxGiven, { error: `must be at most ${CHUNKS.maxGiven} chunks` }),
    embedding_model: embeddingModel.meta({
      description: 'What made the vectors: only those of one model are compared.',
    }),
    metadata: documentMetadata.optional(),
  })
  .meta({ id: 'NewDocumentOfChunks', description: 'The caller has cut it, and brings vectors.' });

export const newDocumentSchema = z.union([documentOfText, documentOfChunks], {
  error: 'must be a JSON object',
});

export const documentPathSchema = z.strictObject({
  id: z
    .guid({ error: 'must be a UUID' })
    .meta({ format: 'uuid', description: 'Id of the document.' }),
});

export const documentListQuerySchema = z.strictObject({
  limit,
  cursor,
  created_after: moment('Only those made at this moment or later.'),
  created_before: moment('Only those made before this moment.'),
});

export type Document = z.infer<typeof documentSchema>;
export type DocumentSummary = z.infer<typeof documentSummarySchema>;
export type NewDocument = z.infer<typeof newDocumentSchema>;
