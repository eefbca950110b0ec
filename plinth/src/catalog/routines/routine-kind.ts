// What the kinds `function` and `procedure` share: both live in pg_proc and are written alike.

import type { CatalogObject } from '../catalog-object.js';
import type { Disturbance, KindSpec, Reaction } from '../kind.js';
import { statement } from '../statement.js';
import { renameStatements } from '../writing/rename-statements.js';
import { alterRoutine } from './alter-routine.js';
import type { Routine, RoutineDefinition } from './routine-definition.js';
import { callerHazards, definerHazards } from './routine-hazards.js';
import { routineQuery } from './routine-query.js';
import { routineTarget, routineText, signedName } from './routine-text.js';

/** A kind for the routines whose `prokind` is among the letters. */
export function routineKind(
  name: 'function' | 'procedure',
  letters: string,
): KindSpec<RoutineDefinition> {
  return {
    name,
    presence: { catalog: 'pg_proc', where: `prokind = ANY ('{${letters}}')` },
    query: () => routineQuery(letters),
    target: routineTarget,
    create: (routine) => [
      statement(routineText(routine, 'CREATE'), { hazards: definerHazards(routine) }),
    ],
    drop: (routine, sides) => {
      const after = sides.isCreated(routine.id) ? sides.after(routine.id) : undefined;
      const hazards = callerHazards(signedName(routine), changeOf(routine, after));
      return [statement(`DROP ${routineTarget(routine)}`, { hazards })];
    },
    alter: alterRoutine,
    altersFreely: () => true,
    occupies: (routine) => [`routine ${signedName(routine)}`],
    react,
    rename: (routine, names) => renameStatements(routineTarget(routine), routine.names, names),
    looseText: ({ definition: { body } }) => (body.form === 'text' ? body.text : undefined),
  };
}

/** What its callers feel. */
function changeOf(before: Routine, after: CatalogObject | undefined): 'gone' | 'changed' | 'same' {
  if (!isRoutine(after)) return 'gone';
  return interfaceOf(before) === interfaceOf(after) ? 'same' : 'changed';
}

function interfaceOf({ definition }: Routine): string {
  const { arguments: list, returns, window } = definition;
  return JSON.stringify([list, returns, window]);
}

export function isRoutine(object: CatalogObject | undefined): object is Routine {
  return object?.kind === 'function' || object?.kind === 'procedure';
}

/** A type that is altered under a routine which only names it stays the same type. */
function react({ definition }: Routine, { manner }: Disturbance): Reaction {
  const hasExpressions =
    definition.body.form === 'sql' || definition.arguments.some((one) => one.default !== null);
  return manner === 'retyped' && !hasExpressions ? 'keep' : 'rebuild';
}
