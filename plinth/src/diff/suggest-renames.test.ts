// Guesses among many tables: each is found again by the columns that only it has.

import { describe, expect, it } from 'vitest';
import {
  type Catalog,
  type CatalogObject,
  emptyCatalog,
  type ObjectId,
  objectId,
} from '../catalog/index.js';
import { suggestRenames } from './suggest-renames.js';

function object(
  kind: string,
  names: readonly string[],
  parent: ObjectId,
  definition: object,
): CatalogObject {
  const id = objectId(kind, names, null);
  const rest = { signature: null, owner: null, comment: null, privileges: null };
  return { id, kind, names, parent, definition, ...rest };
}

/** Tables `a0` … of two columns that all have, and two more. */
function catalogOf(prefix: string, count: number, own: (table: number) => string[]): Catalog {
  const empty = emptyCatalog(180_000, 'postgres');
  const schema = objectId('schema', ['public'], null);
  const objects = Array.from({ length: count }, (_, number) => {
    const names = ['public', `${prefix}${number}`];
    const table = object('table', names, schema, { unlogged: false });
    const columns = ['id', 'created_at', ...own(number)].map((name) =>
      object('column', [...names, name], table.id, { type: 'text' }),
    );
    return [table, ...columns];
  });
  return { ...empty, objects: [...empty.objects, ...objects.flat()] };
}

const OWN = (table: number) => [`title_${table}`, `body_${table}`];

describe('suggested renames', () => {
  it.each([3, 300])('pair each of %i tables with the one that has its columns', (count) => {
    const from = catalogOf('a', count, OWN);
    // In another order, so that the first to come is not the one.
    const to = catalogOf('b', count, (table) => OWN(count - 1 - table));
    const found = suggestRenames(from, to);
    expect(found).toHaveLength(count);
    expect(found[0]).toEqual({ object: 'public.a0', to: `b${count - 1}` });
  });

  it('are none among many tables that are all alike', () => {
    const alike = () => ['title', 'body'];
    expect(suggestRenames(catalogOf('a', 300, alike), catalogOf('b', 300, alike))).toEqual([]);
  });
});
