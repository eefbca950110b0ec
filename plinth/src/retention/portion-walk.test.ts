// How far a batch brings the work on the rows of one owner, and what is passed over.

import { describe, expect, it } from 'vitest';
import { type BatchEnd, WALK_START, type Walk, walkOn } from './portion-walk.js';

type Removed = Extract<BatchEnd, { kind: 'removed' }>;

const at = (place: Partial<Walk>): Walk => ({ ...WALK_START, after: 'monday', ...place });
const removed = (batch: Partial<Removed>): BatchEnd => ({
  kind: 'removed',
  size: 100,
  found: 100,
  removed: 100,
  isKept: false,
  last: 'monday',
  ...batch,
});

describe('walkOn', () => {
  it.each([
    { what: 'all of it', batch: removed({}), isOver: false },
    { what: 'less than it found', batch: removed({ removed: 1 }), isOver: false },
    { what: 'none that it found', batch: removed({ removed: 0 }), isOver: false },
    { what: 'all that it found', batch: removed({ found: 99, removed: 99 }), isOver: true },
  ])('after a batch that removed $what is over: $isOver', ({ batch, isOver }) => {
    expect(walkOn(WALK_START, batch).isOver).toBe(isOver);
  });

  it.each([
    { what: 'goes on behind the last', from: at({ skip: 7 }), batch: { last: 'tuesday' }, skip: 0 },
    { what: 'passes nothing over where rows went', from: at({ skip: 7 }), batch: {}, skip: 7 },
    {
      what: 'passes over those of one moment that all stayed',
      from: at({ skip: 7 }),
      batch: { removed: 0 },
      skip: 107,
    },
    {
      what: 'passes over those without a moment that all stayed',
      from: WALK_START,
      batch: { removed: 0, last: undefined },
      skip: 100,
    },
  ])('$what', ({ from, batch, skip }) => {
    expect(walkOn(from, removed(batch)).walk.skip).toBe(skip);
  });

  it('looks for the one row that is refused, passes it over, and grows again', () => {
    const refused = (size: number): BatchEnd => ({ kind: 'refused', size, words: `of ${size}` });
    let walk = WALK_START;
    const looked: number[] = [];
    for (let size = 100; size > 0; size = size === 1 ? 0 : walk.most) {
      looked.push(size);
      walk = walkOn(walk, refused(size)).walk;
    }
    expect(looked).toEqual([100, 50, 25, 12, 6, 3, 1]);
    expect(walk).toMatchObject({ skip: 1, most: 1, aside: 1, held: 'of 100' });
    expect(walkOn(walk, removed({ last: 'tuesday' })).walk).toMatchObject({ skip: 0, most: 2 });
  });

  it('gives up when 100 rows were refused and another one is', () => {
    const batch: BatchEnd = { kind: 'refused', size: 1, words: 'no' };
    expect(walkOn(at({ aside: 99 }), batch).isOver).toBe(false);
    expect(walkOn(at({ aside: 100 }), batch).isOver).toBe(true);
  });

  it('keeps the words of whoever held a row first', () => {
    const { walk } = walkOn(WALK_START, removed({ isKept: true }));
    expect(walk.held).toBe('a trigger keeps rows');
    expect(walkOn(walk, { kind: 'refused', size: 1, words: 'no' }).walk.held).toBe(walk.held);
    expect(walkOn(WALK_START, removed({ removed: 3 })).walk.held).toBeUndefined();
  });
});
