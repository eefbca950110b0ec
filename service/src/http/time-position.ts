// Where a list by time goes on, read from its cursor.

import type { TimePosition } from '../db/newest-first.js';
import { timePositionSchema } from '../schemas/query.js';
import { decodeCursor } from './cursor.js';
import { invalidCursor } from './invalid-cursor.js';

/**
 * @param list The name that its cursors were made with.
 * @throws ProblemError 400 for what is no cursor of this list.
 */
export function readTimePosition(list: string, cursor: string): TimePosition {
  const position = timePositionSchema.safeParse(decodeCursor(list, cursor));
  if (!position.success) throw invalidCursor();
  const [createdAt, id] = position.data;
  return { createdAt, id };
}
