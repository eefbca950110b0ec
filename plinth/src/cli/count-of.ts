// Numbers as reports say them. It prints nothing.

/** `1 row`, `2 rows`. */
export function countOf(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
