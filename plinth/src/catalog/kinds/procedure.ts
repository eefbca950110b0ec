// The kind `procedure`: what CALL runs.

import { routineKind } from '../routines/routine-kind.js';

export const procedure = routineKind('procedure', 'p');
