// What may stand in a column, in the order in which it is tried, when a condition refuses the first.

import { quoteLiteral } from '../../sql/index.js';
import { baseType, domainChecks } from '../survey/base-type.js';
import type { Column, Table, Type } from '../survey/survey.js';
import { listsValues, literalsIn } from './read-conditions.js';
import type { Sample, Samples } from './sample-value.js';

/** @param bounds Of the partitions of the table, where the column is in the partition key. */
export function candidatesFor(
  column: Column,
  table: Table,
  row: number,
  {
    samples,
    types,
    bounds,
  }: {
    readonly samples: Samples;
    readonly types: ReadonlyMap<string, Type>;
    readonly bounds: readonly string[];
  },
): readonly Sample[] {
  const sample = samples.sample(column, row);
  const conditions = [
    ...table.checks
      .filter(({ columns }) => columns.includes(column.name))
      .map(({ definition }) => definition),
    ...domainChecks(types, column.type),
    ...bounds,
  ];
  if (conditions.length === 0) return [sample];
  const cast = (text: string): Sample => ({
    sql: `${quoteLiteral(text)}::${column.typeSql}`,
    isTelling: false,
  });
  const literals = rotated([...new Set(conditions.flatMap(literalsIn))], row).map(cast);
  const { type } = baseType(types, column.type, column.typmod);
  const { category } = type;
  const word = samples.text();
  const numbers = conditions.flatMap(literalsIn).filter((text) => /^\d{1,3}$/.test(text));
  const sized = numbers.flatMap((text) => sizedText(type.name, category, word, Number(text)));
  const usual = [...usualTexts(category, word), ...sized].map((text) => ({
    ...cast(text),
    isTelling: text.length > 12,
  }));
  const last = [
    ...(column.default === null ? [] : [{ sql: 'DEFAULT', isTelling: false }]),
    ...(column.isRequired ? [] : [{ sql: 'NULL', isTelling: false }]),
  ];
  const lists = bounds.length > 0 || conditions.some(listsValues);
  return lists
    ? [...literals, sample, ...usual, ...last]
    : [sample, ...usual, ...literals, ...last];
}

/** What is as long as a condition says. */
function sizedText(name: string, category: string, word: string, size: number): readonly string[] {
  const text = word.padEnd(size, '0').slice(-size);
  if (name === 'bytea') return [`\\x${Buffer.from(text).toString('hex')}`];
  return category === 'S' && size > 0 ? [text, text.toUpperCase()] : [];
}

/** Rows of one table take different ones first. */
function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

/** What columns that have a condition often hold. */
function usualTexts(category: string, word: string): readonly string[] {
  switch (category) {
    case 'S':
      return [
        `${word}@plinth.example`,
        `https://${word}.example`,
        `${word.slice(0, 4)}-${word.slice(4)}`,
        word.toUpperCase(),
        `+1555${word.replaceAll(/\D/g, '').padEnd(7, '0').slice(-7)}`,
        Buffer.from(word.padEnd(32, '0')).toString('hex').slice(0, 64),
        word.slice(-8),
        'aa',
        'AA',
        'AAA',
        '12345',
        '2001-01-01',
        'a',
        '',
      ];
    case 'N':
      return ['1', '0', '50', '5', '-1', '1000'];
    case 'D':
      return ['now', '2101-01-01', '1970-01-01'];
    case 'T':
      return ['1 day', '0'];
    case 'U':
      return ['{}', '[]', '[1]', '{"a": 1}'];
    case 'A':
      return ['{}'];
    default:
      return [];
  }
}
