// Tasks in requests and answers: one schema each for validation, types and OpenAPI.

import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { createdWindow, listQuerySchema } from './query.js';
import { text, trimmedText } from './text.js';
import { timestampSchema } from './timestamp.js';
import { userIdSchema } from './user-id.js';

const title = trimmedText(LIMITS.taskTitle);
const description = text(LIMITS.taskDescription).nullable();

export const taskSchema = z
  .object({
    id: z.guid(),
    title,
    description,
    completed: z.boolean(),
    user_id: userIdSchema,
    created_at: timestampSchema,
    updated_at: timestampSchema,
  })
  .meta({ id: 'Task' });

export const taskListSchema = z.array(taskSchema).meta({ id: 'TaskList' });

export const newTaskSchema = z
  .strictObject({ title, description: description.optional() })
  .meta({ id: 'NewTask' });

export const taskChangesSchema = z
  .strictObject({ title, description, completed: z.boolean() })
  .partial()
  .meta({ id: 'TaskChanges' });

export const taskListQuerySchema = listQuerySchema.extend({
  q: trimmedText(LIMITS.search).optional().meta({
    description:
      'Only those in whose title or description each of these words occurs: English, in any form of the word. Words such as “the” do not count; where there are no others, nothing is found.',
  }),
  ...createdWindow,
});

export type Task = z.infer<typeof taskSchema>;
export type NewTask = z.infer<typeof newTaskSchema>;
export type TaskChanges = z.infer<typeof taskChangesSchema>;
