// Data as the one JSON document that a command prints.

export function toJson(data: object): string {
  // What PostgreSQL counts may be more than a JSON number holds.
  const replacer = (_: string, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value;
  return JSON.stringify(data, replacer, 2);
}
