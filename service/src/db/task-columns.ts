// What queries read of a task, and a task made of it.

import { toRfc3339 } from '../rfc3339.js';
import type { Task } from '../schemas/task.js';
import { tasks } from './schema.js';

export const TASK_COLUMNS = {
  id: tasks.id,
  title: tasks.title,
  description: tasks.description,
  completed: tasks.completed,
  user_id: tasks.userId,
  created_at: tasks.createdAt,
  updated_at: tasks.updatedAt,
};

export function toTask(row: Task): Task {
  return {
    ...row,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}
