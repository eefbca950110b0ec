// The OpenAPI document and the page to try it in. The document is derived from the routes; no
// rule is written here.

import swagger, { type SwaggerTransformObject } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { Scope } from './auth/caller.js';
import { withResponseHeaders } from './http/response-headers.js';

const INFO = {
  title: 'Plinth reference service',
  description:
    'Tasks, todos, tenants, their enhancements and their documents. Errors are problem details (RFC 9457).',
  version: '0.1.0',
};

/** The name of the security scheme: how a caller proves who it is. */
const BEARER = 'bearer';

const SECURITY_SCHEMES = {
  [BEARER]: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A token of the identity provider; `npm run token` prints one for development.',
  },
} as const;

/** The `security` of a route behind `requireScope`, or with several behind `requireAnyScope`. */
export function bearer(...scopes: readonly [Scope, ...Scope[]]) {
  return scopes.map((scope) => ({ [BEARER]: [scope] }));
}

/** The `security` of a route behind `callerIfRequired`: a token where AUTH_REQUIRED is true. */
export const optionalBearer = [{}, { [BEARER]: [] }];

const TAGS = [
  { name: 'tasks', description: 'Tasks with a title and a description.' },
  { name: 'todos', description: 'Todos with one line of text.' },
  { name: 'tenants', description: 'Tenants and their configuration, for admins.' },
  { name: 'enhancements', description: 'What was made of the tickets of the caller’s tenant.' },
  {
    name: 'documents',
    description: 'Texts of the caller’s tenant that can be searched by meaning.',
  },
  { name: 'audit', description: 'Who did what to which row of a tenant.' },
  { name: 'health', description: 'For load balancers and orchestrators.' },
];

/** Call it before any route is registered. */
export async function registerOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: INFO,
      tags: TAGS,
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    transform: (parts) => {
      const { schema, url } = jsonSchemaTransform(parts);
      return { schema: withResponseHeaders(schema, parts.route), url };
    },
    transformObject: withReferencedSchemasOnly,
  });
  await app.register(swaggerUi, { routePrefix: '/docs', indexPrefix: '' });
  let document: string | undefined;
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    document ??= JSON.stringify(app.swagger());
    reply.type('application/json; charset=utf-8');
    return document;
  });
}

// Every schema is offered once as input and once as output; a route uses one of the two. A schema
// that goes may have been the only one to refer to another.
const withReferencedSchemasOnly: SwaggerTransformObject = (documentObject) => {
  const document = jsonSchemaTransformObject(documentObject);
  const schemas = 'components' in document ? (document.components?.schemas ?? {}) : {};
  for (let unused = unreferenced(document, schemas); unused.length > 0; ) {
    for (const name of unused) delete schemas[name];
    unused = unreferenced(document, schemas);
  }
  return document;
};

function unreferenced(document: object, schemas: object): readonly string[] {
  const text = JSON.stringify(document);
  return Object.keys(schemas).filter((name) => !text.includes(`"#/components/schemas/${name}"`));
}
