// Vectors of length 1. Only the angle between vectors counts, and pgvector adds up squares as
// float4: what is very large would overflow there, and what is very small would vanish.

/**
 * The same direction with length 1, each number as float4 keeps it. `undefined` for a vector of zeros
 * alone, which has no direction, and for one that holds what is no finite number.
 */
export function toUnitVector(vector: readonly number[]): readonly number[] | undefined {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0 || !Number.isFinite(largest)) return undefined;
  // By its largest number first, so that no square leaves the range of a double.
  const scaled = vector.map((value) => value / largest);
  const length = Math.sqrt(scaled.reduce((sum, value) => sum + value * value, 0));
  return scaled.map((value) => Math.fround(value / length));
}

/** As pgvector reads it. */
export function vectorText(vector: readonly number[]): string {
  return `[${vector.join()}]`;
}
