// Whether a part of a request says anything.

/** Whether it is an object without any property. */
export function hasNothing(data: unknown): boolean {
  return (
    typeof data === 'object' &&
    data !== null &&
    !Array.isArray(data) &&
    Object.keys(data).length === 0
  );
}
