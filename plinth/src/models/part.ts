// A statement of one model and its place among those of all models.

/**
 * The order of statements. It is right for models that only use what comes before them; where one
 * uses something of a later phase, such as a function that returns rows of a table, whoever runs
 * the statements has to try it again later.
 */
export const PHASES = [
  'schema',
  'extension',
  'role',
  'type',
  'function',
  'sequence',
  'table',
  'partition',
  'index',
  'constraint',
  'view',
  'object',
  'row-security',
  'policy',
  'trigger',
  'comment',
  'privilege',
] as const;

export type Phase = (typeof PHASES)[number];

export interface Part {
  readonly phase: Phase;
  /** Without a closing semicolon. */
  readonly sql: string;
  /** Several models may ask for it, and it is written once. */
  readonly shared?: true;
}
