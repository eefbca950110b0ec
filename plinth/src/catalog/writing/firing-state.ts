// When triggers, event triggers and rules fire: what PostgreSQL keeps as a letter and ALTER writes
// as words.

/** `O`: in ordinary sessions; `D`: never; `R`: in replica sessions only; `A`: in every session. */
export type FiringState = 'O' | 'D' | 'R' | 'A';

/** The action of ALTER TABLE, such as `ENABLE ALWAYS TRIGGER audit`. */
export function stateAction(noun: 'TRIGGER' | 'RULE', name: string, state: FiringState): string {
  const { verb, manner } = stateWords(state);
  return [verb, ...(manner === null ? [] : [manner]), noun, name].join(' ');
}

/** The verb, and what stands behind it. */
export function stateWords(state: FiringState): {
  readonly verb: 'ENABLE' | 'DISABLE';
  readonly manner: 'REPLICA' | 'ALWAYS' | null;
} {
  switch (state) {
    case 'O':
      return { verb: 'ENABLE', manner: null };
    case 'D':
      return { verb: 'DISABLE', manner: null };
    case 'R':
      return { verb: 'ENABLE', manner: 'REPLICA' };
    case 'A':
      return { verb: 'ENABLE', manner: 'ALWAYS' };
  }
}
