// The search of documents: what is looked for, and what is found.

import { z } from 'zod';
import { LIMITS, TOP_K } from '../limits.js';
import { documentMetadata } from './document.js';
import { trimmedText } from './text.js';
import { vectorSchema } from './vector.js';

const asked = {
  top_k: z
    .int({ error: 'must be a whole number' })
    .min(TOP_K.min, { error: `must be at least ${TOP_K.min}` })
    .max(TOP_K.max, { error: `must be at most ${TOP_K.max}` })
    .optional()
    .meta({ description: `Most hits; ${TOP_K.default} where it is not given.` }),
  filter: documentMetadata
    .optional()
    .meta({ description: 'Only documents whose metadata hold all of this (jsonb @>).' }),
  minimum_score: z
    .number({ error: 'must be a number' })
    .min(-1, { error: 'must be at least -1' })
    .max(1, { error: 'must be at most 1' })
    .optional()
    .meta({ description: 'Only hits with this score or a higher one.' }),
};

const searchByQuery = z
  .strictObject({ query: trimmedText(LIMITS.documentQuery), ...asked })
  .meta({ id: 'DocumentQuery', description: 'The service makes the vector of the query.' });

const searchByVector = z
  .strictObject({
    vector: vectorSchema,
    embedding_model: trimmedText(LIMITS.embeddingModel).optional().meta({
      description: 'What made the vector; where it is not given, the service’s own model.',
    }),
    ...asked,
  })
  .meta({ id: 'DocumentVectorQuery', description: 'The caller brings a vector.' });

export const documentSearchSchema = z.union([searchByQuery, searchByVector], {
  error: 'must be a JSON object',
});

export const documentHitSchema = z
  .object({
    document_id: z.guid(),
    title: z.string(),
    chunk_number: z.int().min(0).meta({ description: 'From 0, in the order of the text.' }),
    score: z.number().min(-1).max(1).meta({
      description: 'The cosine of the angle between the vectors; 1 is the same direction.',
    }),
    snippet: z
      .string()
      .meta({ description: 'A part of the chunk, around the words of the query.' }),
    text: z.string().meta({ description: 'The whole chunk.' }),
    metadata: documentMetadata,
  })
  .meta({ id: 'DocumentHit' });

export const documentHitListSchema = z.array(documentHitSchema).meta({ id: 'DocumentHitList' });

export type DocumentSearch = z.infer<typeof documentSearchSchema>;
export type DocumentHit = z.infer<typeof documentHitSchema>;
