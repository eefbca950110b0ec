// Requests that attack an operation: every value that it takes is given every hostile one, and so is
// everything around them. They are derived from the OpenAPI document, and from nothing else.

import { randomBytes, randomUUID } from 'node:crypto';
import { encodeCursor } from '../../src/http/cursor.js';
import { parametersOf } from './drafts.js';
import {
  HOSTILE_BODIES,
  HOSTILE_ESCAPES,
  HOSTILE_FIELDS,
  HOSTILE_TEXTS,
} from './hostile-values.js';
import type { JsonSchema, Operation } from './operations.js';
import type { RawRequest } from './raw-http.js';

export interface Attack {
  /** Where it hits, and with what. */
  readonly told: string;
  readonly request: RawRequest;
  /** What a successful answer has to hold: the text, as text. */
  readonly stored?: { readonly member: string; readonly value: unknown };
}

/** @param path Of something that is there, where the operation is about one thing. */
export function* attacksOn(operation: Operation, path: string): Generator<Attack> {
  yield* attacksOnPath(operation);
  yield* attacksOnQuery(operation, path);
  yield* attacksOnFields(operation, path);
  if (operation.body !== undefined) yield* attacksOnBody(operation, path, operation.body);
}

function* attacksOnPath(operation: Operation): Generator<Attack> {
  const { method, body } = operation;
  for (const { name } of parametersOf(operation, 'path')) {
    for (const text of inUrl()) {
      const path = operation.path.replace(`{${name}}`, text);
      yield {
        told: `${name} is ${short(text)}`,
        request: { method, path, ...ofJson(example(body)) },
      };
    }
  }
}

function* attacksOnQuery(operation: Operation, path: string): Generator<Attack> {
  const { method, body } = operation;
  const names = parametersOf(operation, 'query').map(({ name }) => name);
  const ofText = inUrl().flatMap((text) => [
    text,
    `${text}=1`,
    ...names.flatMap((name) => [`${name}=${text}`, `${name}=1&${name}=${text}`]),
  ]);
  const ofCursor = names.includes('cursor') ? hostileCursors().map((one) => `cursor=${one}`) : [];
  for (const query of [...ofText, ...ofCursor]) {
    const request = { method, path: `${path}?${query}`, ...ofJson(example(body)) };
    yield { told: `the query is ${short(query)}`, request };
  }
}

function* attacksOnFields({ method, body }: Operation, path: string): Generator<Attack> {
  for (const fields of HOSTILE_FIELDS) {
    const { headers, ...rest } = ofJson(example(body));
    const request = { method, path, ...rest, headers: [...headers, ...fields] };
    yield { told: short(fields.join(': ')), request };
  }
}

function* attacksOnBody(operation: Operation, path: string, schema: JsonSchema): Generator<Attack> {
  const { method } = operation;
  for (const [told, { type, bytes, headers = [] }] of HOSTILE_BODIES) {
    const fields = type === undefined ? headers : ['content-type', type, ...headers];
    const request = { method, path, headers: fields, body: bytes };
    yield { told: `the body: ${told}`, request };
    if (bytes.length > 1_048_576) {
      yield { told: `the body, in chunks: ${told}`, request: { ...request, isChunked: true } };
    }
  }
  for (const [index, text] of HOSTILE_TEXTS.entries()) {
    const inside = [[text], { a: text }, { [text]: [1] }];
    for (const form of schema.anyOf ?? [schema]) {
      for (const member of Object.keys(form.properties ?? {})) {
        // Each text as it is, and in one of the forms that JSON has besides.
        for (const value of [text, inside[index % inside.length]]) {
          const body = withMember(form, member, value);
          const told = `${member} is ${short(JSON.stringify(value))}`;
          yield { told, request: { method, path, ...ofJson(body) }, stored: { member, value } };
        }
      }
    }
    const body = withMember(schema, text, 1);
    yield { told: `a member ${short(text)}`, request: { method, path, ...ofJson(body) } };
  }
}

/** Also one that code would take for something else, such as `__proto__`. */
function withMember(schema: JsonSchema, member: string, value: unknown): object {
  const own = { value, enumerable: true, configurable: true, writable: true };
  return Object.defineProperty({ ...example(schema) }, member, own);
}

/** Cursors of the right form, with anything in them. */
function hostileCursors(): readonly string[] {
  const id = '00000000-0000-4000-8000-000000000000';
  const contents = [
    ["' OR 1=1 --", id],
    ['infinity', id],
    ['294277-01-01T00:00:00.000000Z', id],
    ['2026-01-01T00:00:00.000000+23:59', id],
    ['2026-01-01T00:00:00.000000Z', "'; DROP TABLE tasks; --"],
    ['2026-01-01T00:00:00.000000Z', id, id],
    ['\u0000'],
    ['99999999999999999999'],
    ['-1'],
    ['acme'],
    ['7', 'globex'],
    ['9'.repeat(400), 'acme'],
    [],
  ];
  return LISTS.flatMap((list) => contents.map((content) => encodeCursor(list, content)));
}

const LISTS = ['tasks', 'todos', 'tenants', 'enhancements', 'documents', 'audit', '__proto__'];

/** Texts as they stand in a path or a query: half of a pair as the bytes that it would be. */
function inUrl(): readonly string[] {
  return [...HOSTILE_TEXTS.map(escapeText), ...HOSTILE_ESCAPES];
}

function escapeText(text: string): string {
  const isHalf = (character: string) => /\p{Surrogate}/u.test(character);
  const escaped = [...text].map((one) => (isHalf(one) ? '%ED%A0%80' : encodeURIComponent(one)));
  return escaped.join('');
}

function ofJson(body: object | undefined) {
  if (body === undefined) return { headers: [] };
  return { headers: ['content-type', 'application/json'], body: JSON.stringify(body) };
}

/** A body with what is required and nothing else; new texts each time. */
export function example(schema: JsonSchema | undefined): object | undefined {
  if (schema === undefined) return undefined;
  if (schema.anyOf !== undefined) return example(schema.anyOf[0]);
  const { required = [], properties = {} } = schema;
  const members = required.map((name) => [name, exampleOf(properties[name] ?? {})]);
  return Object.fromEntries(members);
}

function exampleOf(schema: JsonSchema): unknown {
  const { type, format, items = {}, minItems = 1 } = schema;
  switch (type) {
    case 'string':
      return format === 'uuid' ? randomUUID() : `a${randomBytes(8).toString('hex')}`;
    case 'number':
      return 1;
    case 'array':
      return Array.from({ length: minItems }, () => exampleOf(items));
    case 'object':
      return example(schema);
    default:
      throw new Error(`no example of ${String(type)} was needed so far`);
  }
}

export function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}… (${text.length})` : text;
}
