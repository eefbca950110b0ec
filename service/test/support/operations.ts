// The operations of the service as its OpenAPI document says they are, with every reference resolved.
// A test that goes through them covers a route that is added later, too.

import { z } from 'zod';
import { SCOPES, type Scope } from '../../src/auth/caller.js';
import type { DatabaseKind } from './service.js';

/** The parts of JSON Schema (2020-12) that the document uses. */
export const schemaOfSchema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  pattern: z.string().optional(),
  format: z.string().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), schemaOfSchema).optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), schemaOfSchema]).optional();
  },
  get items() {
    return schemaOfSchema.optional();
  },
  get anyOf() {
    return z.array(schemaOfSchema).optional();
  },
});
export type JsonSchema = z.infer<typeof schemaOfSchema>;

const contentSchema = z.record(z.string(), z.object({ schema: schemaOfSchema }));
const parameterSchema = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean(),
  schema: schemaOfSchema,
});
const responseSchema = z.object({
  headers: z
    .record(z.string(), z.object({ required: z.boolean().optional(), schema: schemaOfSchema }))
    .default({}),
  content: contentSchema.optional(),
});
const operationSchema = z.object({
  operationId: z.string(),
  parameters: z.array(parameterSchema).default([]),
  requestBody: z.object({ content: contentSchema }).optional(),
  security: z.array(z.record(z.string(), z.array(z.enum(SCOPES)))).default([{}]),
  responses: z.record(z.string(), responseSchema),
});
const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
});

export type Parameter = z.infer<typeof parameterSchema>;
export type DocumentedResponse = z.infer<typeof responseSchema>;

export interface Operation {
  /** Such as `POST /api/tasks`. */
  readonly name: string;
  readonly method: string;
  /** With names in braces. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: JsonSchema | undefined;
  /** The scopes that a token needs; `undefined` where none has to be sent. */
  readonly scopes: readonly Scope[] | undefined;
  /** Whether a token is wanted, always or by AUTH_REQUIRED. */
  readonly takesToken: boolean;
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
}

/** Reads the document that a service offers, as far as it can serve it there. */
export async function readOperations(
  url: string,
  kind: DatabaseKind,
): Promise<readonly Operation[]> {
  const response = await fetch(`${url}/openapi.json`);
  const raw: unknown = await response.json();
  const { paths } = documentSchema.parse(resolve(raw, raw));
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => toOperation(method, path, operation)),
  );
  // The server of the tests has no vectors: vector-support.test.ts sees to what it answers.
  const isServed = ({ path }: Operation) => kind === 'embedded' || !path.startsWith(DOCUMENTS);
  return operations.filter(isServed);
}

const DOCUMENTS = '/api/documents';

function toOperation(
  method: string,
  path: string,
  { parameters, requestBody, security, responses }: z.infer<typeof operationSchema>,
): Operation {
  const isOpen = security.some((scheme) => Object.keys(scheme).length === 0);
  return {
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    parameters,
    body: requestBody?.content['application/json']?.schema,
    scopes: isOpen ? undefined : security.flatMap((scheme) => Object.values(scheme).flat()),
    takesToken: security.some((scheme) => Object.keys(scheme).length > 0),
    responses,
  };
}

/** Puts what references point to in their places. There are no circles in it. */
function resolve(value: unknown, document: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, document));
  if (typeof value !== 'object' || value === null) return value;
  if ('$ref' in value && typeof value.$ref === 'string') {
    return resolve(lookUp(value.$ref, document), document);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, resolve(member, document)]),
  );
}

function lookUp(reference: string, document: unknown): unknown {
  let found = document;
  for (const name of reference.replace(/^#\//, '').split('/')) {
    found = Object.entries(found ?? {}).find(([key]) => key === name)?.[1];
  }
  if (found === undefined) throw new Error(`nothing is at ${reference}`);
  return found;
}

/** The operation that makes what this one is about; none where nothing does. */
export function makerOf(
  { path }: Operation,
  operations: readonly Operation[],
): Operation | undefined {
  const collection = collectionOf(path);
  if (collection === path) return undefined;
  return operations.find((one) => one.path === collection && one.method === 'POST');
}

/** The path of the collection that a path leads into; a path without an id is its own. */
export function collectionOf(path: string): string {
  return path.replace(/\/\{.*$/, '');
}

/** What stands in a path behind the id, such as `/restore`. */
export function behindId(path: string): string {
  return /\}([^{}]*)$/.exec(path)?.[1] ?? '';
}
