// The list of kinds. Its order is the order of objects in a catalog, and of statements in a plan
// where dependencies leave a choice.

import type { Kind } from './kind.js';
import { column } from './kinds/column.js';
import { columnDefault } from './kinds/column-default.js';
import { schema } from './kinds/schema.js';
import { table } from './kinds/table.js';

export const KINDS: readonly Kind[] = [schema, table, column, columnDefault];

export const KIND_BY_NAME: ReadonlyMap<string, Kind> = new Map(
  KINDS.map((kind) => [kind.name, kind]),
);
