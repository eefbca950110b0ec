// Random values that a JSON Schema allows, and values beside them that it does not. It knows the
// keywords that the service's document uses, and no route.

import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import fc from 'fast-check';
import type { JsonSchema } from './operations.js';

/** Longest text and most members that are made where the schema allows more. */
const LONGEST = 300;
const MOST = 3;

/** Values that a schema allows. */
export function arbitraryOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) {
    return fc.oneof(...schema.anyOf.map(arbitraryOf));
  }
  const { type } = schema;
  switch (type) {
    case 'string':
      return textOf(schema);
    case 'integer':
      return integerOf(schema);
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return arrayOf(schema);
    case 'object':
      return objectOf(schema);
    case undefined:
      return anything;
    default:
      throw new Error(`values of type ${String(type)} cannot be made`);
  }
}

function textOf({ format, pattern, minLength = 0, maxLength = LONGEST }: JsonSchema) {
  const rule = pattern === undefined ? undefined : new RegExp(pattern, 'u');
  return anyTextOf(format, rule, minLength, Math.min(maxLength, LONGEST)).filter(
    (text) => rule?.test(text) !== false && [...text].length <= maxLength,
  );
}

function anyTextOf(
  format: string | undefined,
  rule: RegExp | undefined,
  minLength: number,
  maxLength: number,
): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'uri') return fc.webUrl({ withQueryParameters: true, withFragments: true });
  if (format === 'date-time') return fc.date(YEARS).map((date) => date.toISOString());
  // Random text seldom has a form; where it does often enough, it finds more than a pattern's own.
  const text = fc.string({ unit: 'binary', minLength, maxLength });
  if (rule === undefined || rule.test('любое слово, \u{1F431}')) return text;
  return fc.stringMatching(rule);
}

function integerOf({
  minimum = Number.MIN_SAFE_INTEGER,
  maximum = Number.MAX_SAFE_INTEGER,
}: JsonSchema): fc.Arbitrary<number> {
  return fc.integer({ min: minimum, max: maximum });
}

function numberOf({ minimum, maximum }: JsonSchema): fc.Arbitrary<number> {
  return fc.double({
    noNaN: true,
    noDefaultInfinity: true,
    ...(minimum === undefined ? {} : { min: minimum }),
    ...(maximum === undefined ? {} : { max: maximum }),
  });
}

function arrayOf({ items = {}, minItems = 0, maxItems = MOST }: JsonSchema) {
  const maxLength = Math.max(minItems, Math.min(maxItems, MOST));
  return fc.array(arbitraryOf(items), { minLength: minItems, maxLength });
}

const YEARS = {
  min: new Date('0001-01-02T00:00:00Z'),
  max: new Date('9999-12-30T00:00:00Z'),
  noInvalidDate: true,
};

function objectOf({ properties, required = [], additionalProperties }: JsonSchema) {
  if (properties === undefined && additionalProperties !== false) return members;
  const entries = Object.entries(properties ?? {});
  const model = Object.fromEntries(entries.map(([key, schema]) => [key, arbitraryOf(schema)]));
  const requiredKeys = Object.keys(model).filter((key) => required.includes(key));
  return fc.record(model, { requiredKeys });
}

const word = fc.string({ unit: 'grapheme', maxLength: 12 });
// A parser may refuse a member with the name of the prototype.
const name = word.filter((key) => key !== '__proto__' && key !== 'constructor');
const { anything, members } = fc.letrec((tie) => ({
  anything: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    word,
    fc.array(tie('anything'), { maxLength: MOST }),
    tie('members'),
  ),
  members: fc.dictionary(name, tie('anything'), { maxKeys: MOST }),
}));

const ajv = new Ajv2020({ strict: false, allErrors: true });
ajvFormats.default(ajv);
const coercingAjv = new Ajv2020({ strict: false, coerceTypes: true });
ajvFormats.default(coercingAjv);

/** What is wrong with a value; nothing where the schema allows it. */
export function problemsOf(schema: JsonSchema, value: unknown): readonly string[] {
  const validate = ajv.compile(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** What is sent as text is read as what its schema says. */
const checksOfText = new WeakMap<JsonSchema, (text: string) => boolean>();

function allowsText(schema: JsonSchema, text: string): boolean {
  const known = checksOfText.get(schema);
  if (known !== undefined) return known(text);
  const validate = coercingAjv.compile({ type: 'object', properties: { value: schema } });
  const check = (value: string) => validate({ value });
  checksOfText.set(schema, check);
  return check(text);
}

const LENGTHS = [0, 37, 101, 201, 256, 501, 2001, 4097, 200_001];
const JUNK: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  2 ** 31,
  1e308,
  [],
  [null],
  {},
  { a: 1 },
  ' ',
  'true',
  '1',
  'not one of them',
  '\u0000',
  ...LENGTHS.map((length) => 'a'.repeat(length)),
];

/** Values near a good one that its schema does not allow. */
export function nearMisses(schema: JsonSchema, good: unknown): readonly unknown[] {
  return [...JUNK, ...changedMembers(good)].filter((value) => problemsOf(schema, value).length > 0);
}

/** The texts among the junk that a schema does not allow in a path or a query. */
export function textMisses(schema: JsonSchema): readonly string[] {
  const texts = JUNK.flatMap((value) => (typeof value === 'object' ? [] : String(value)));
  return texts.filter((text) => !allowsText(schema, text));
}

function changedMembers(good: unknown): readonly unknown[] {
  if (typeof good !== 'object' || good === null || Array.isArray(good)) return [];
  const entries = Object.entries(good);
  const changed = entries.flatMap(([key]) => JUNK.map((junk) => ({ ...good, [key]: junk })));
  const without = entries.map(([key]) =>
    Object.fromEntries(entries.filter(([other]) => other !== key)),
  );
  return [...changed, ...without, { ...good, unknown: 1 }];
}
