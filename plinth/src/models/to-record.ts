// Rows as plain data, and as a line to read. It keeps nothing back: a column with a secret in it is
// a column like any other.

/** What JSON can hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/**
 * A row, or any value of a column, as JSON can hold it: dates as ISO 8601 text, bigint as text,
 * bytes as base64, NaN and the infinities as text. What is undefined, or a function, is left out.
 * Every column is there, secrets too: leave them out of the query.
 *
 * @throws TypeError for a value that contains itself.
 * @example JSON.stringify(toRecord(row))
 */
export function toRecord(row: object): Readonly<Record<string, Json>> {
  return recordOf(row, []);
}

function recordOf(value: object, parents: readonly object[]): Readonly<Record<string, Json>> {
  if (parents.includes(value)) throw new TypeError('a value of the row contains itself');
  const entries = Object.entries(value).flatMap(([key, each]: [string, unknown]) => {
    const json = toJson(each, [...parents, value]);
    return json === undefined ? [] : [[key, json] as const];
  });
  return Object.fromEntries(entries);
}

function toJson(value: unknown, parents: readonly object[]): Json | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : objectToJson(value, parents);
    default:
      return undefined;
  }
}

function objectToJson(value: object, parents: readonly object[]): Json | undefined {
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) {
    if (parents.includes(value)) throw new TypeError('a value of the row contains itself');
    return value.map((each) => toJson(each, [...parents, value]) ?? null);
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return toJson(value.toJSON(), parents);
  }
  return recordOf(value, parents);
}
