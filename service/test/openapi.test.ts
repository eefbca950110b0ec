import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LIMITS, PAGE_SIZE } from '../src/limits.js';
import { useService } from './support/service.js';

const service = useService('embedded');

type Json = { readonly [name: string]: Json };

async function readDocument(): Promise<Json> {
  const answer = await service.call('GET', '/openapi.json');
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text);
}

/** Every object inside a value, itself included. */
function* objectsIn(value: unknown): Generator<object> {
  if (typeof value !== 'object' || value === null) return;
  yield value;
  for (const inner of Object.values(value)) yield* objectsIn(inner);
}

it('is OpenAPI 3.1 with every route', async () => {
  const document = await readDocument();
  expect(document.openapi).toBe('3.1.0');
  expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [`${method} ${path}`, operation] as const),
  );
  expect(operations.map(([name]) => name).sort()).toEqual([
    'delete /api/documents/{id}',
    'delete /api/tasks/{id}',
    'delete /api/tenants/{tenant_id}',
    'delete /api/todos/{id}',
    'get /api/audit',
    'get /api/documents',
    'get /api/documents/{id}',
    'get /api/enhancements',
    'get /api/enhancements/{id}',
    'get /api/tasks',
    'get /api/tasks/{id}',
    'get /api/tenants',
    'get /api/tenants/{tenant_id}',
    'get /api/todos',
    'get /api/todos/{id}',
    'get /health',
    'get /health/live',
    'get /health/ready',
    'patch /api/enhancements/{id}',
    'patch /api/tasks/{id}',
    'patch /api/tenants/{tenant_id}',
    'patch /api/todos/{id}',
    'post /api/documents',
    'post /api/documents/search',
    'post /api/enhancements',
    'post /api/tasks',
    'post /api/tasks/{id}/restore',
    'post /api/tenants',
    'post /api/todos',
  ]);
  const ids = operations.map(([, operation]) => operation.operationId);
  expect(new Set(ids).size).toBe(operations.length);
  for (const [name, { responses, tags }] of operations) {
    expect(tags, name).toHaveLength(1);
    for (const [status, response] of Object.entries(responses ?? {})) {
      expect(response.description, `${name} ${status}`).toEqual(expect.any(String));
      const isEmpty = status === '204' || status === '304';
      expect(response.content === undefined, `${name} ${status}`).toBe(isEmpty);
      if (Number(status) >= 400 && !name.includes('/health')) {
        expect(Object.keys(response.content ?? {})).toEqual(['application/problem+json']);
      }
    }
  }
});

it('has a target for every reference, and a use for every component', async () => {
  const document = await readDocument();
  const references = [...objectsIn(document)].flatMap((object) =>
    '$ref' in object ? [String(object.$ref)] : [],
  );
  const names = Object.keys(document.components?.schemas ?? {});
  const targets = names.map((name) => `#/components/schemas/${name}`);
  expect([...new Set(references)].sort()).toEqual(targets.sort());
  expect(names).toEqual(expect.arrayContaining(['Task', 'TaskList', 'Todo', 'Problem']));
});

it('states the limits that are enforced', async () => {
  const { components, paths } = await readDocument();
  const schemaOf = (reference: unknown) =>
    components?.schemas?.[String(reference).split('/').at(-1) ?? ''];
  const bodyOf = (path: string, method: string) =>
    schemaOf(paths?.[path]?.[method]?.requestBody?.content?.['application/json']?.schema?.$ref);
  const task = bodyOf('/api/tasks', 'post');
  expect(task).toMatchObject({
    additionalProperties: false,
    required: ['title'],
    properties: {
      title: {
        type: 'string',
        minLength: LIMITS.taskTitle.min,
        maxLength: LIMITS.taskTitle.max,
      },
    },
  });
  expect(JSON.stringify(task?.properties?.description)).toContain(
    `"maxLength":${LIMITS.taskDescription.max}`,
  );
  expect(bodyOf('/api/tasks/{id}', 'patch')?.required).toBeUndefined();
  expect(bodyOf('/api/todos', 'post')?.properties?.description).toMatchObject({
    minLength: LIMITS.todoDescription.min,
    maxLength: LIMITS.todoDescription.max,
  });
  const parameters: unknown = paths?.['/api/tasks']?.get?.parameters;
  expect(parameters).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        name: 'limit',
        in: 'query',
        required: false,
        description: expect.stringContaining(`${PAGE_SIZE.default} where it is not given`),
        schema: expect.objectContaining({
          type: 'integer',
          minimum: PAGE_SIZE.min,
          maximum: PAGE_SIZE.max,
        }),
      }),
      expect.objectContaining({
        name: 'completed',
        schema: expect.objectContaining({ type: 'boolean' }),
      }),
    ]),
  );
});

it('states the header fields of requests and answers', async () => {
  const { paths } = await readDocument();
  const operationOf = (path: string, method: string) => paths?.[path]?.[method];
  const fieldsOf = (operation: Json | undefined) =>
    Object.values(operation?.parameters ?? {}).filter(
      ({ in: place }) => String(place) === 'header',
    );
  const answersOf = (operation: Json | undefined) =>
    Object.entries(operation?.responses ?? {}).flatMap(([status, { headers }]) =>
      headers === undefined ? [] : [[status, Object.keys(headers).sort()]],
    );
  for (const path of ['/api/tasks', '/api/todos', '/api/enhancements', '/api/tenants']) {
    const one = path === '/api/tenants' ? `${path}/{tenant_id}` : `${path}/{id}`;
    const optional = { required: false, description: expect.any(String) };
    expect(fieldsOf(operationOf(path, 'get'))).toEqual([]);
    expect(fieldsOf(operationOf(path, 'post'))).toMatchObject([
      { name: 'idempotency-key', ...optional },
    ]);
    expect(fieldsOf(operationOf(one, 'get'))).toMatchObject([
      { name: 'if-none-match', ...optional },
    ]);
    expect(fieldsOf(operationOf(one, 'patch'))).toMatchObject([
      { name: 'if-match', ...optional },
      { name: 'if-none-match', ...optional },
    ]);
    expect(answersOf(operationOf(path, 'get'))).toEqual([]);
    expect(answersOf(operationOf(path, 'post'))).toEqual([
      ['201', ['ETag', 'Idempotency-Replayed', 'Location']],
    ]);
    expect(answersOf(operationOf(one, 'get'))).toEqual([
      ['200', ['ETag']],
      ['304', ['ETag']],
    ]);
    expect(answersOf(operationOf(one, 'patch'))).toEqual([['200', ['ETag']]]);
  }
});

it('has a page whose every asset comes from the service', async () => {
  const page = await service.call('GET', '/docs');
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
  expect(assets.length).toBeGreaterThan(3);
  for (const asset of assets) {
    const url = new URL(asset, `${service.url}/docs`);
    expect(url.origin).toBe(service.url);
    const response = await fetch(url);
    // A body nobody reads keeps its connection, and the service, open.
    await response.arrayBuffer();
    expect(response.status, asset).toBe(200);
  }
});

it('ships the revisions it was tested with', () => {
  const files = readdirSync(new URL('../revisions', import.meta.url)).sort();
  expect(files).toEqual([
    '20261120_0900_4f1c0a7be2d3_initial_setup.sql',
    '20261120_0930_9b6d2e58c014_create_tasks.sql',
    '20261120_1000_c27ae4f09d51_create_todos.sql',
    '20261122_1329_a1d3c58e7f20_create_roles.sql',
    '20261122_1330_b7e40c9a2d15_create_tenants.sql',
    '20261122_1640_c2f84d1b6e37_search_and_restore_tasks.sql',
    '20261122_1645_d7b3905ea648_create_audit.sql',
    '20261122_1650_f16a2c8e4b70_enable_pgvector.sql',
    '20261122_1651_0a9c5f37d281_create_documents.sql',
  ]);
});
