// Enhancements in requests and answers: one schema each for validation, types and OpenAPI.

import { z } from 'zod';
import { ENHANCEMENT_STATUSES } from '../db/schema.js';
import { JSON_BYTES, LIMITS, MAX_INTEGER } from '../limits.js';
import { jsonDocument } from './json.js';
import { createdWindow, cursor, limit } from './query.js';
import { text, trimmedText } from './text.js';
import { timestampSchema } from './timestamp.js';

const status = z.enum(ENHANCEMENT_STATUSES);
const ticketId = trimmedText(LIMITS.ticketId);
const contextGathered = jsonDocument(JSON_BYTES.context).nullable();
const llmOutput = text(LIMITS.llmOutput).nullable();
const errorMessage = text(LIMITS.errorMessage).nullable();
const processingTimeMs = z
  .int({ error: 'must be a whole number' })
  .min(0, { error: 'must not be negative' })
  .max(MAX_INTEGER, { error: `must be at most ${MAX_INTEGER}` })
  .nullable();

export const enhancementSchema = z
  .object({
    id: z.guid(),
    tenant_id: z.string(),
    ticket_id: ticketId,
    status,
    context_gathered: contextGathered,
    llm_output: llmOutput,
    error_message: errorMessage,
    processing_time_ms: processingTimeMs,
    created_at: timestampSchema,
    completed_at: timestampSchema.nullable(),
  })
  .meta({ id: 'Enhancement' });

export const enhancementListSchema = z.array(enhancementSchema).meta({ id: 'EnhancementList' });

export const newEnhancementSchema = z
  .strictObject({ ticket_id: ticketId, context_gathered: contextGathered.optional() })
  .meta({ id: 'NewEnhancement' });

export const enhancementChangesSchema = z
  .strictObject({
    status: z
      .enum(['completed', 'failed'])
      .meta({ description: 'Ends it: nothing of it changes any more.' }),
    context_gathered: contextGathered,
    llm_output: llmOutput,
    error_message: errorMessage,
    processing_time_ms: processingTimeMs,
  })
  .partial()
  .meta({ id: 'EnhancementChanges' });

export const enhancementPathSchema = z.strictObject({
  id: z
    .guid({ error: 'must be a UUID' })
    .meta({ format: 'uuid', description: 'Id of the enhancement.' }),
});

export const enhancementListQuerySchema = z.strictObject({
  limit,
  cursor,
  ticket_id: ticketId.optional().meta({ description: 'Only those of this ticket.' }),
  status: status.optional().meta({ description: 'Only those with this status.' }),
  ...createdWindow,
});

export type Enhancement = z.infer<typeof enhancementSchema>;
export type NewEnhancement = z.infer<typeof newEnhancementSchema>;
export type EnhancementChanges = z.infer<typeof enhancementChangesSchema>;
