// Reads which values a condition speaks of: those a CHECK allows, those a policy makes an exception
// for. It is no parser: what it finds is tried, and PostgreSQL decides.

/** Texts that stand in a condition. */
export function textsIn(condition: string): readonly string[] {
  return [...condition.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) =>
    text.replaceAll("''", "'"),
  );
}

/** Texts and numbers that stand in a condition, with the numbers beside them. */
export function literalsIn(condition: string): readonly string[] {
  const texts = textsIn(condition);
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
  const literals = literalsIn(condition)
    .filter((text) => text !== '' && !/^\w+\.\w+$/.test(text))
    .flatMap((text) => [text, ...daysBeside(text)]);
  const documents = literals.flatMap((text, index) => [
    JSON.stringify({ [text]: true }),
    JSON.stringify({ [text]: literals[index + 1] ?? text }),
  ]);
  return named.flatMap((column) =>
    (isJson(column) ? documents : literals).map((value) => ({ column, value })),
  );
}

/** Days before and after one: a condition may hold on either side of it. */
function daysBeside(text: string): readonly string[] {
  const [, year = '', rest = ''] = /^(\d{4})(-\d\d-\d\d.*)$/.exec(text) ?? [];
  const beside = year === '' ? [] : [Number(year) - 1, Number(year) + 1];
  return beside.map((one) => `${String(one).padStart(4, '0')}${rest.replace('-02-29', '-02-28')}`);
}

/** Settings that a condition reads, by name. */
export function settingsIn(condition: string): readonly string[] {
  return [...condition.matchAll(/current_setting\('((?:[^']|'')+)'/g)].map(([, name = '']) => name);
}
