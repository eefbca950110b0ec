// What a plan changes, a line each.

import { describe, expect, it } from 'vitest';
import { emptyCatalog } from '../catalog/index.js';
import type { Change } from '../diff/index.js';
import { listChanges } from './list-changes.js';

const [table] = emptyCatalog(180_000, 'postgres').objects;
if (table === undefined) throw new Error('an empty catalog has the schema public');

const CATALOG = {
  ...emptyCatalog(180_000, 'postgres'),
  objects: [
    { ...table, id: 'table:public.a' as const, kind: 'table', parent: null },
    {
      ...table,
      id: 'column:public.a.id' as const,
      kind: 'column',
      parent: 'table:public.a' as const,
    },
    {
      ...table,
      id: 'column-default:public.a.id' as const,
      kind: 'column-default',
      parent: 'column:public.a.id' as const,
    },
  ],
};

const lines = (...changes: readonly Change[]) => listChanges({ changes }, [CATALOG]);

describe('listChanges', () => {
  it.each(['create', 'drop', 'rebuild'] as const)('%s of a table goes for its parts', (verb) => {
    expect(
      lines(
        { verb, object: 'column-default:public.a.id' },
        { verb, object: 'column:public.a.id' },
        { verb, object: 'table:public.a' },
      ),
    ).toEqual([`${verb.padEnd(7)} table public.a`]);
  });

  it('tells the parts of a table that stays, and every rename', () => {
    expect(
      lines(
        { verb: 'create', object: 'column-default:public.a.id' },
        { verb: 'rename', object: 'column:public.a.id' },
        { verb: 'alter', object: 'table:public.a' },
      ),
    ).toEqual([
      'create  column default public.a.id',
      'rename  column public.a.id',
      'alter   table public.a',
    ]);
  });

  it('counts more than twenty', () => {
    const many = Array.from(
      { length: 20 },
      (_, index): Change => ({ verb: 'create', object: `table:public.t${index}` }),
    );
    expect(lines(...many)).toHaveLength(20);
    expect(lines(...many, { verb: 'drop', object: 'table:public.a' })).toEqual([
      'create  table × 20',
      'drop    table × 1',
    ]);
  });
});
