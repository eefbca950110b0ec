// Where the work on the rows of one owner stands: what the next batch looks at, and what it passes over
// because it could not be removed. Pure; it asks no database.

export interface Walk {
  /** The moment of the last row that was looked at; what is older was. */
  readonly after: string | undefined;
  /** Rows from there on that are passed over. */
  readonly skip: number;
  /** Rows that the next batch looks at, whatever its pace allows. */
  readonly most: number;
  /** Rows that were refused one by one. */
  readonly aside: number;
  /** Why rows that are due stay, in the words of whoever kept the first of them. */
  readonly held: string | undefined;
}

/** What a batch did. */
export type BatchEnd =
  | {
      readonly kind: 'removed';
      /** Rows that it asked for. */
      readonly size: number;
      /** Rows that it looked at, and nobody held. */
      readonly found: number;
      readonly removed: number;
      /** Whether a row stays that the batch could reach: a trigger has left it out. */
      readonly isKept: boolean;
      /** The moment of the last row that it looked at. */
      readonly last: string | undefined;
    }
  /** One of its rows may not go, so none went. */
  | { readonly kind: 'refused'; readonly size: number; readonly words: string };

/** Rows of one owner that are refused one by one, before all that are left stay. */
const MOST_ASIDE = 100;

export const WALK_START: Walk = {
  after: undefined,
  skip: 0,
  most: Number.POSITIVE_INFINITY,
  aside: 0,
  held: undefined,
};

/** What the next batch looks at; `isOver` where none is left, or too many rows were refused. */
export function walkOn(
  walk: Walk,
  batch: BatchEnd,
): { readonly isOver: boolean; readonly walk: Walk } {
  if (batch.kind === 'refused') return passRefused(walk, batch.size, batch.words);
  const { size, found, removed, isKept, last } = batch;
  const after = last ?? walk.after;
  const held = walk.held ?? (isKept ? 'a trigger keeps rows' : undefined);
  return {
    isOver: found < size,
    walk: {
      ...walk,
      after,
      skip: skipAfter(walk, after, found, removed),
      most: walk.most * 2,
      held,
    },
  };
}

// Rows of one moment are found again from there on, and where all of them stay, they would be for ever.
function skipAfter(walk: Walk, after: string | undefined, found: number, removed: number): number {
  if (after !== walk.after) return 0;
  return removed === 0 ? walk.skip + found : walk.skip;
}

/** Half as many, down to the one row that may not go: it is passed over. */
function passRefused(walk: Walk, size: number, words: string) {
  const held = walk.held ?? words;
  if (size > 1) return { isOver: false, walk: { ...walk, most: Math.floor(size / 2), held } };
  return {
    isOver: walk.aside === MOST_ASIDE,
    walk: { ...walk, skip: walk.skip + 1, most: 1, aside: walk.aside + 1, held },
  };
}
