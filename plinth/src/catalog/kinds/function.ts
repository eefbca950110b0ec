// The kind `function`: plain and window functions. Aggregates are a kind of their own.

import { routineKind } from '../routines/routine-kind.js';

export const functionKind = routineKind('function', 'f,w');
