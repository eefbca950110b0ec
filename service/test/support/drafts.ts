// Requests made of what the document says about an operation: such as it allows, and such as it does
// not. What a request is about is made by the test that sends it.

import fc from 'fast-check';
import { behindId, type Operation, type Parameter } from './operations.js';
import { arbitraryOf, nearMisses, problemsOf, textMisses } from './schema-arbitrary.js';
import type { Answer } from './service.js';

/** A request, apart from what has to be there before it can be sent. */
export interface Draft {
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, HeaderChoice>>;
  readonly body: unknown;
  /** What goes into the path in place of what was made for it. */
  readonly ids: Readonly<Record<string, string>>;
}

/** Header fields have rules that no schema can say: they have to fit what is there. */
export type HeaderChoice = 'none' | 'any' | 'fitting';

/** Something that was made so that requests can be about it. */
export interface Made {
  readonly path: string;
  readonly etag: string;
}

/** Longest text in a URL, so that it reaches the route. */
const LONGEST_IN_PATH = 400;
const LONGEST_IN_QUERY = 4100;

/** Texts whose form only the service knows: they are taken from what it sent before. */
const OPAQUE = ['cursor'];

/** Requests that the document allows. */
export function draftsOf(operation: Operation): fc.Arbitrary<Draft> {
  const queries = parametersOf(operation, 'query').filter(({ name }) => !OPAQUE.includes(name));
  const query = queries.map(({ name, schema }) => [name, arbitraryOf(schema).map(String)]);
  const choices = fc.constantFrom<HeaderChoice>('none', 'any', 'fitting');
  const headers = parametersOf(operation, 'header').map(({ name }) => [name, choices]);
  const requiredKeys = queries.filter(({ required }) => required).map(({ name }) => name);
  return fc.record({
    query: fc.record(Object.fromEntries(query), { requiredKeys }),
    headers: fc.record(Object.fromEntries(headers)),
    body: operation.body === undefined ? fc.constant(undefined) : arbitraryOf(operation.body),
    ids: fc.constant({}),
  });
}

/** Requests in which one value is not allowed; none where the document allows everything. */
export function missesOf(operation: Operation): fc.Arbitrary<Draft> | undefined {
  const { body } = operation;
  const drafts = draftsOf(operation);
  const textsOf = ({ schema }: Parameter, longest: number) =>
    textMisses(schema).filter((text) => text.length > 0 && text.length <= longest);
  const misses = [
    ...parametersOf(operation, 'query').map((parameter) =>
      withOne(drafts, textsOf(parameter, LONGEST_IN_QUERY), (draft, text) => ({
        ...draft,
        query: { ...draft.query, [parameter.name]: text },
      })),
    ),
    ...parametersOf(operation, 'path').map((parameter) =>
      withOne(drafts, textsOf(parameter, LONGEST_IN_PATH), (draft, text) => ({
        ...draft,
        ids: { [parameter.name]: text },
      })),
    ),
    ...(body === undefined
      ? []
      : [
          fc.tuple(drafts, fc.nat()).map(([draft, choice]) => {
            const near = nearMisses(body, draft.body);
            return { ...draft, body: near[choice % near.length] };
          }),
        ]),
  ].filter((one) => one !== undefined);
  return misses.length === 0 ? undefined : fc.oneof(...misses);
}

function withOne(
  drafts: fc.Arbitrary<Draft>,
  texts: readonly string[],
  change: (draft: Draft, text: string) => Draft,
): fc.Arbitrary<Draft> | undefined {
  if (texts.length === 0) return undefined;
  return fc.tuple(drafts, fc.constantFrom(...texts)).map(([draft, text]) => change(draft, text));
}

export function parametersOf({ parameters }: Operation, place: Parameter['in']) {
  return parameters.filter((parameter) => parameter.in === place);
}

/** The path of a request with its query. */
export function urlOf({ path }: Operation, { query, ids }: Draft, made: Made | undefined): string {
  const own = Object.keys(ids).length > 0 || made === undefined;
  const filled = path.replace(/\{([^}]*)\}/g, (_, name) => encodeURIComponent(ids[name] ?? ''));
  const search = new URLSearchParams(query).toString();
  return [own ? filled : `${made.path}${behindId(path)}`, search]
    .filter((part) => part !== '')
    .join('?');
}

/** The header fields of a request. */
export function headersOf({ headers }: Draft, made: Made | undefined): Record<string, string> {
  const chosen = Object.entries(headers).flatMap(([name, choice]) => {
    if (choice === 'none') return [];
    if (name === 'idempotency-key') return [[name, crypto.randomUUID()]];
    return [[name, choice === 'fitting' ? (made?.etag ?? '*') : '*']];
  });
  return Object.fromEntries(chosen);
}

/** How an answer differs from what the document says of its operation. */
export function problemsOfAnswer({ responses }: Operation, answer: Answer): readonly string[] {
  const { status, headers, text } = answer;
  const documented = responses[String(status)];
  if (documented === undefined) return [`${status} is not documented: ${text}`];
  const missing = Object.entries(documented.headers).flatMap(([name, { required, schema }]) => {
    const value = headers.get(name);
    if (value === null) return required === true ? [`the header ${name} is missing`] : [];
    return problemsOf(schema, value).map((problem) => `the header ${name}${problem}`);
  });
  return [...missing, ...problemsOfContent(documented.content, answer)];
}

function problemsOfContent(
  content: Operation['responses'][string]['content'],
  { headers, text }: Answer,
): readonly string[] {
  const type = headers.get('content-type')?.replace(/;.*$/s, '');
  if (content === undefined) {
    return text === '' && type === undefined ? [] : [`it has content: ${type} ${text}`];
  }
  const schema = content[type ?? '']?.schema;
  if (schema === undefined) return [`the content type ${type} is not documented`];
  const parsed: unknown = JSON.parse(text);
  return problemsOf(schema, parsed).map((problem) => `the body${problem}`);
}
