// The kind `unique-constraint`, with the index that keeps it. A unique index without a constraint
// is an index.

import { keyConstraint } from '../constraints/key-constraint.js';

export const uniqueConstraint = keyConstraint('unique-constraint');
