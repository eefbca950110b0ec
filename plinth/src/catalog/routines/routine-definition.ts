// What a catalog says of a function or a procedure. Only the shape: it reads and writes nothing.

import type { CatalogObject } from '../catalog-object.js';

/** `table` is a column of RETURNS TABLE. */
export type ArgumentMode = 'in' | 'out' | 'inout' | 'variadic' | 'table';

export interface RoutineArgument {
  readonly mode: ArgumentMode;
  readonly name: string | null;
  readonly type: string;
  readonly default: string | null;
}

/**
 * - `text`: a string that its language reads;
 * - `sql`: a body that PostgreSQL has parsed (`BEGIN ATOMIC`, `RETURN`);
 * - `link`: a symbol of a file, or of the server itself where there is no file.
 */
export type RoutineBody =
  | { readonly form: 'text' | 'sql'; readonly text: string }
  | { readonly form: 'link'; readonly file: string | null; readonly symbol: string };

export type Volatility = 'IMMUTABLE' | 'STABLE' | 'VOLATILE';

export interface RoutineDefinition {
  readonly arguments: readonly RoutineArgument[];
  /** `null` for a procedure. */
  readonly returns: { readonly type: string; readonly set: boolean } | null;
  readonly language: string;
  readonly body: RoutineBody;
  readonly transforms: readonly string[];
  readonly window: boolean;
  readonly volatility: Volatility;
  readonly strict: boolean;
  readonly securityDefiner: boolean;
  readonly leakproof: boolean;
  readonly parallel: 'SAFE' | 'RESTRICTED' | 'UNSAFE';
  /** `null` for PostgreSQL's own estimate, here and for `rows`. */
  readonly cost: number | null;
  readonly rows: number | null;
  readonly support: string | null;
  /** `name=value`, as pg_proc.proconfig holds them. */
  readonly settings: readonly string[];
}

export type Routine = CatalogObject<RoutineDefinition>;

/** Whether a caller gives a value for the argument. */
export function isInput({ mode }: RoutineArgument): boolean {
  return mode === 'in' || mode === 'inout' || mode === 'variadic';
}

/** Whether the routine returns a value for the argument. */
export function isOutput({ mode }: RoutineArgument): boolean {
  return mode === 'out' || mode === 'inout' || mode === 'table';
}
