// The kind `primary-key`, with the index that keeps it. That its columns are NOT NULL belongs to
// the columns.

import { keyConstraint } from '../constraints/key-constraint.js';

export const primaryKey = keyConstraint('primary-key');
