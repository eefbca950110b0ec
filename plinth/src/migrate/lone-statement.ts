// Reads what a statement that cannot run in a transaction makes or takes away, so that after an
// interruption one can look whether it did. Pure.

import { StatementCursor } from '../sql/index.js';

/** Names are SQL as it is written, quoted and qualified as there. */
export type LoneStatement =
  | {
      readonly kind: 'create-index';
      /** `undefined` where PostgreSQL chooses it. */
      readonly name: string | undefined;
      readonly table: string;
      readonly unique: boolean;
      /** What is written behind the table: columns, conditions … */
      readonly rest: string;
    }
  | { readonly kind: 'drop-index'; readonly name: string }
  | { readonly kind: 'reindex'; readonly of: 'index' | 'table'; readonly name: string }
  | { readonly kind: 'detach'; readonly parent: string; readonly partition: string }
  | {
      readonly kind: 'create' | 'drop';
      readonly object: GlobalObject;
      readonly name: string;
    }
  /** It can be run again without harm, or PostgreSQL keeps no sign of it. */
  | { readonly kind: 'other' };

export type GlobalObject = 'database' | 'tablespace' | 'subscription';

const GLOBAL_OBJECTS: readonly GlobalObject[] = ['database', 'tablespace', 'subscription'];

const OTHER: LoneStatement = { kind: 'other' };

export function readLoneStatement(text: string): LoneStatement {
  const cursor = new StatementCursor(text);
  if (cursor.take('create')) return readCreate(cursor);
  if (cursor.take('drop')) return readDrop(cursor);
  if (cursor.take('reindex')) return readReindex(cursor);
  if (cursor.take('alter', 'table')) return readDetach(cursor);
  return OTHER;
}

function readCreate(cursor: StatementCursor): LoneStatement {
  const object = takeGlobal(cursor);
  if (object !== undefined) return named(cursor, (name) => ({ kind: 'create', object, name }));
  const unique = cursor.take('unique');
  if (!cursor.take('index', 'concurrently')) return OTHER;
  cursor.take('if', 'not', 'exists');
  const isUnnamed = cursor.take('on');
  const name = isUnnamed ? undefined : cursor.takeName();
  if (!isUnnamed && !cursor.take('on')) return OTHER;
  cursor.take('only');
  return named(cursor, (table) => {
    return { kind: 'create-index', name, table, unique, rest: cursor.text.slice(cursor.end) };
  });
}

function readDrop(cursor: StatementCursor): LoneStatement {
  const object = takeGlobal(cursor);
  const isIndex = object === undefined && cursor.take('index', 'concurrently');
  cursor.take('if', 'exists');
  if (object !== undefined) return named(cursor, (name) => ({ kind: 'drop', object, name }));
  return isIndex ? named(cursor, (name) => ({ kind: 'drop-index', name })) : OTHER;
}

function readReindex(cursor: StatementCursor): LoneStatement {
  cursor.takeParentheses();
  const of = (['index', 'table'] as const).find((kind) => cursor.take(kind));
  if (of === undefined) return OTHER;
  cursor.take('concurrently');
  return named(cursor, (name) => ({ kind: 'reindex', of, name }));
}

function readDetach(cursor: StatementCursor): LoneStatement {
  cursor.take('if', 'exists');
  cursor.take('only');
  const parent = cursor.takeName();
  if (parent === undefined || !cursor.take('detach', 'partition')) return OTHER;
  return named(cursor, (partition) => ({ kind: 'detach', parent, partition }));
}

function takeGlobal(cursor: StatementCursor): GlobalObject | undefined {
  return GLOBAL_OBJECTS.find((object) => cursor.take(object));
}

function named(cursor: StatementCursor, make: (name: string) => LoneStatement): LoneStatement {
  const name = cursor.takeName();
  return name === undefined ? OTHER : make(name);
}
