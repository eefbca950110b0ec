// Writes the names of operators, which are never quoted.

import { qualifiedName } from '../object-id.js';

/** `public.<->`, from `['public', '<->']`. */
export function operatorName(names: readonly string[]): string {
  const schema = qualifiedName(names.slice(0, -1));
  return `${schema}.${names.at(-1) ?? ''}`;
}
