// Reads which values a condition speaks of: those a CHECK allows, those a policy makes an exception
// for. It is no parser: what it finds is tried, and PostgreSQL decides.

/** Texts and numbers that stand in a condition, with the numbers beside them. */
export function literalsIn(condition: string): readonly string[] {
  const texts = [...condition.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) =>
    text.replaceAll("''", "'"),
  );
  const numbers = [
    ...condition.replaceAll(/'(?:[^']|'')*'/g, '').matchAll(/(?<![\w.])\d+(?:\.\d+)?/g),
  ];
  const around = numbers.flatMap(([text]) => {
    const number = Number(text);
    return [String(number), String(number + 1), String(number - 1)];
  });
  return [...new Set([...texts, ...around])];
}

/** Whether a condition lists what is allowed, so that nothing else can be. */
export function listsValues(condition: string): boolean {
  return /= ANY|= '|= \(?'|= \(?\d/.test(condition);
}

export interface Exception {
  readonly column: string;
  readonly value: string;
}

/**
 * Values for which a condition may hold for everybody, such as `status = 'published'`: each that it
 * names, in each of the columns that it names.
 *
 * @param isJson Whether a column holds JSON: there the values are looked for in fields.
 */
export function exceptionsIn(
  condition: string,
  columns: readonly string[],
  isJson: (column: string) => boolean,
): readonly Exception[] {
  const named = columns.filter((column) =>
    new RegExp(`(?<![\\w'])${column.replaceAll(/\W/g, '.')}(?![\\w'])`).test(condition),
  );
  const literals = literalsIn(condition).filter((text) => text !== '' && !/^\w+\.\w+$/.test(text));
  const documents = literals.flatMap((text, index) => [
    JSON.stringify({ [text]: true }),
    JSON.stringify({ [text]: literals[index + 1] ?? text }),
  ]);
  return named.flatMap((column) =>
    (isJson(column) ? documents : literals).map((value) => ({ column, value })),
  );
}

/** Settings that a condition reads, by name. */
export function settingsIn(condition: string): readonly string[] {
  return [...condition.matchAll(/current_setting\('((?:[^']|'')+)'/g)].map(([, name = '']) => name);
}
