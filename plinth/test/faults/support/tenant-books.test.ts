import { describe, expect, it } from 'vitest';
import { TenantBooks, Undo } from './tenant-books.js';
import { rowOf } from './tenant-tables.js';

const CHANGE = { id: 'one', tenant: 'acme', before: 'absent', after: 1 } as const;
const REFUSED = Object.assign(new Error('refused'), { severity: 'ERROR' });
const CUT = new Error('Connection terminated unexpectedly');

const HERE = [rowOf('acme', 'one', 1)];
const GONE = [] as const;

/** Books in which one write ended like this. */
async function booksAfter(error?: Error): Promise<TenantBooks> {
  const books = new TenantBooks();
  const work = books.writing([CHANGE], async () => {
    if (error !== undefined) throw error;
  });
  await work.catch((thrown: unknown) => {
    if (thrown !== error) throw thrown;
  });
  return books;
}

describe('after a write', () => {
  it.each([
    ['that was acknowledged', undefined, HERE, []],
    ['that was acknowledged', undefined, GONE, ['one of acme is lost']],
    ['that was acknowledged', undefined, [rowOf('acme', 'one', 2)], ['one of acme is 2, not 1']],
    [
      'that was acknowledged',
      undefined,
      [rowOf('globex', 'one', 1)],
      ['one of acme belongs to globex'],
    ],
    [
      'that was acknowledged',
      undefined,
      [{ ...rowOf('acme', 'one', 1), owner: 'globex' }],
      ['one of acme was written by globex'],
    ],
    ['that PostgreSQL refused', REFUSED, GONE, []],
    ['that PostgreSQL refused', REFUSED, HERE, ['one of acme is 1, not absent']],
    ['that was undone', new Undo(), HERE, ['one of acme is 1, not absent']],
    ['whose end nobody heard', CUT, HERE, []],
    ['whose end nobody heard', CUT, GONE, []],
    [
      'whose end nobody heard',
      CUT,
      [rowOf('acme', 'one', 7)],
      ['one of acme is 7, not absent or 1'],
    ],
  ])('%s', async (_, error, rows, wrong) => {
    expect((await booksAfter(error)).wrongRows(rows)).toEqual(wrong);
  });

  it('of nobody, it says so', () => {
    const wrong = new TenantBooks().wrongRows([rowOf('acme', 'two', 0)]);
    expect(wrong).toEqual(['two of acme was written by nobody']);
  });
});

it('counts have to lie between what is known and what is in doubt', async () => {
  const books = new TenantBooks();
  await books.counting('acme', async () => undefined);
  await expect(books.counting('acme', () => Promise.reject(CUT))).rejects.toBe(CUT);
  await expect(books.counting('acme', () => Promise.reject(REFUSED))).rejects.toBe(REFUSED);
  const wrong = (count: number) => books.wrongCounts(new Map([['acme', count]]));
  expect([1, 2].flatMap(wrong)).toEqual([]);
  expect([0, 3].map(wrong)).toEqual([
    ['acme counted to 0, not 1 (in doubt: 1)'],
    ['acme counted to 3, not 1 (in doubt: 1)'],
  ]);
});
