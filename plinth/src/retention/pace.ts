// How large the next batch is and how long to rest before it: pure, from how the last one went.

export interface Pace {
  /** Rows in the next batch. */
  readonly size: number;
  /** Milliseconds after which the next batch is given up. */
  readonly patience: number;
}

/** Milliseconds that a batch is to take: locks are held no longer. */
export const BATCH_TIME = 50;

export const SMALLEST_BATCH = 10;
export const LARGEST_BATCH = 5000;
const FIRST_BATCH = 100;

const PATIENCE = 3 * BATCH_TIME;
/** A table without an index is read for each batch, and has to come to its end, too. */
const MOST_PATIENCE = 30_000;

export const FIRST_PACE: Pace = { size: FIRST_BATCH, patience: PATIENCE };

/**
 * After a batch that ended well: at most twice as many rows, at least half.
 *
 * @param found How many rows it looked at.
 * @param took Milliseconds.
 */
export function afterBatch(pace: Pace, found: number, took: number): Pace {
  const factor = Math.min(2, Math.max(0.5, BATCH_TIME / Math.max(took, 1)));
  // A batch that was not full says little about a larger one.
  if (found < pace.size && factor > 1) return pace;
  return { ...pace, size: within(pace.size * factor) };
}

/** After one that took too long, or met the locks of others: a quarter. */
export function afterFailure(pace: Pace): Pace {
  const { size, patience } = pace;
  if (size > SMALLEST_BATCH) return { ...pace, size: within(size / 4) };
  return { size, patience: Math.min(patience * 2, MOST_PATIENCE) };
}

/**
 * Milliseconds to rest after a batch.
 *
 * @param share The part of the time that batches may take, above 0 and at most 1.
 */
export function restAfter(took: number, share: number): number {
  return (took * (1 - share)) / share;
}

function within(size: number): number {
  return Math.round(Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, size)));
}
