// Todos in requests and answers: one schema each for validation, types and OpenAPI.

import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { text } from './text.js';
import { timestampSchema } from './timestamp.js';
import { userIdSchema } from './user-id.js';

const description = text(LIMITS.todoDescription);

export const todoSchema = z
  .object({
    id: z.int().min(1),
    description,
    completed: z.boolean(),
    created_at: timestampSchema,
    updated_at: timestampSchema,
    user_id: userIdSchema,
  })
  .meta({ id: 'Todo' });

export const todoListSchema = z.array(todoSchema).meta({ id: 'TodoList' });

export const newTodoSchema = z.strictObject({ description }).meta({ id: 'NewTodo' });

export const todoChangesSchema = z
  .strictObject({ description, completed: z.boolean() })
  .partial()
  .meta({ id: 'TodoChanges' });

export type Todo = z.infer<typeof todoSchema>;
export type NewTodo = z.infer<typeof newTodoSchema>;
export type TodoChanges = z.infer<typeof todoChangesSchema>;
