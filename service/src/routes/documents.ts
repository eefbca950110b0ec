// The routes of documents, each in the scope of its caller's tenant: requests in, answers out.

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { ProblemError } from 'plinth/fastify';
import { z } from 'zod';
import { requireScope, tenantDatabase, tenantOf } from '../auth/guards.js';
import {
  type DocumentPosition,
  deleteDocument,
  findDocument,
  insertDocument,
  listDocuments,
  lockDocument,
} from '../db/documents.js';
import { type DocumentTools, embedDocument } from '../documents/embed-document.js';
import { searchDocuments } from '../documents/search-documents.js';
import { changeIfMatch, ifMatchSchema } from '../http/change-if-match.js';
import { clientGone } from '../http/client-gone.js';
import { createOnce } from '../http/create-once.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { idempotencyKeySchema } from '../http/idempotency-key.js';
import { invalidCursor } from '../http/invalid-cursor.js';
import { nextLink } from '../http/next-link.js';
import { once } from '../http/once.js';
import { ifNoneMatchSchema, notModified, sendEtag } from '../http/send-etag.js';
import { DOCUMENT_BODY_LIMIT, PAGE_SIZE } from '../limits.js';
import { bearer } from '../openapi.js';
import {
  documentListQuerySchema,
  documentListSchema,
  documentPathSchema,
  documentSchema,
  newDocumentSchema,
} from '../schemas/document.js';
import { documentHitListSchema, documentSearchSchema } from '../schemas/document-search.js';
import { json, problems } from '../schemas/problem.js';
import { noQuerySchema, timePositionSchema } from '../schemas/query.js';
import { type Tenancy, tenantsServed } from '../tenancy.js';
import { type VectorSupport, vectorsServed } from '../vector-support.js';

const PATH = '/api/documents';
const tags = ['documents'];

const listRoute = {
  operationId: 'listDocuments',
  summary: 'List the documents of the caller’s tenant, newest first, without their texts',
  tags,
  security: bearer('tenant:read'),
  querystring: documentListQuerySchema,
  response: {
    200: json('A page of documents; Link leads to the next one.', documentListSchema),
    ...problems(400, 401, 403),
  },
};
const createRoute = {
  operationId: 'createDocument',
  summary: 'Keep a text, or chunks with vectors, so that it can be searched',
  tags,
  security: bearer('tenant:write'),
  querystring: noQuerySchema,
  headers: idempotencyKeySchema,
  body: newDocumentSchema,
  response: {
    201: json('The document; Location has its path.', documentSchema),
    ...problems(400, 401, 403, 409, 410, 413, 415, 422, 502),
  },
};
const readRoute = {
  operationId: 'getDocument',
  summary: 'Read a document',
  tags,
  security: bearer('tenant:read'),
  params: documentPathSchema,
  querystring: noQuerySchema,
  headers: ifNoneMatchSchema,
  response: {
    200: json('The document.', documentSchema),
    304: notModified,
    ...problems(400, 401, 403, 404),
  },
};
const deleteRoute = {
  operationId: 'deleteDocument',
  summary: 'Delete a document with its chunks',
  tags,
  security: bearer('tenant:write'),
  params: documentPathSchema,
  querystring: noQuerySchema,
  headers: ifMatchSchema,
  response: {
    204: z.undefined().meta({ description: 'It is gone.' }),
    ...problems(400, 401, 403, 404, 412),
  },
};
const searchRoute = {
  operationId: 'searchDocuments',
  summary: 'Find the chunks that are nearest to a query or a vector',
  tags,
  security: bearer('tenant:read'),
  querystring: noQuerySchema,
  body: documentSearchSchema,
  response: {
    200: json('The hits, the highest score first.', documentHitListSchema),
    ...problems(400, 401, 403, 413, 415, 502),
  },
};

export interface DocumentRouteOptions {
  readonly tenancy: Tenancy;
  readonly vectors: VectorSupport;
  readonly tools: DocumentTools;
}

export const documentRoutes: FastifyPluginAsyncZod<DocumentRouteOptions> = async (
  app,
  { tenancy, vectors, tools },
) => {
  app.addHook('onRequest', tenantsServed(tenancy));
  const onRead = [requireScope('tenant:read'), vectorsServed(vectors)];
  const onWrite = [requireScope('tenant:write'), vectorsServed(vectors)];

  app.get(PATH, { schema: listRoute, onRequest: onRead }, async (request, reply) => {
    const { limit = PAGE_SIZE.default, cursor, ...times } = request.query;
    const { rows, hasMore } = await listDocuments(tenantDatabase(request), limit, {
      createdAfter: times.created_after,
      createdBefore: times.created_before,
      after: cursor === undefined ? undefined : readPosition(cursor),
    });
    const last = rows.at(-1);
    if (hasMore && last !== undefined) {
      const next = encodeCursor('documents', [last.created_at, last.id]);
      reply.header('link', nextLink(PATH, request.query, next));
    }
    return rows;
  });

  const create = {
    schema: createRoute,
    bodyLimit: DOCUMENT_BODY_LIMIT,
    onRequest: onWrite,
    onSend: sendEtag,
  };
  app.post(PATH, create, async (request, reply) => {
    const db = tenantDatabase(request);
    const tenant = tenantOf(request);
    const embedded = once(() => embedDocument(request.body, tools, clientGone(reply)));
    const document = await createOnce(request, reply, {
      db,
      prepare: embedded,
      insert: async (tx) => insertDocument(tx, tenant, await embedded()),
      idOf: ({ id }) => id,
      find: (id) => findDocument(db, id),
    });
    reply.code(201).header('location', `${PATH}/${document.id}`);
    return document;
  });

  const read = { schema: readRoute, onRequest: onRead, onSend: sendEtag };
  app.get(`${PATH}/:id`, read, async (request) => {
    const { id } = request.params;
    return (await findDocument(tenantDatabase(request), id)) ?? noSuchDocument(id);
  });

  app.delete(`${PATH}/:id`, { schema: deleteRoute, onRequest: onWrite }, async (request, reply) => {
    const { id } = request.params;
    const db = tenantDatabase(request);
    const isGone = await changeIfMatch(request, {
      db,
      lock: (tx) => lockDocument(tx, id),
      change: async (tx) => (await deleteDocument(tx, id)) || undefined,
      changeAlone: async () => (await deleteDocument(db, id)) || undefined,
    });
    if (isGone === undefined) noSuchDocument(id);
    reply.code(204);
  });

  const search = { schema: searchRoute, onRequest: onRead };
  app.post(`${PATH}/search`, search, async (request, reply) =>
    searchDocuments(tenantDatabase(request), request.body, tools, clientGone(reply)),
  );
};

function readPosition(cursor: string): DocumentPosition {
  const position = timePositionSchema.safeParse(decodeCursor('documents', cursor));
  if (!position.success) throw invalidCursor();
  const [createdAt, id] = position.data;
  return { createdAt, id };
}

function noSuchDocument(id: string): never {
  throw new ProblemError({ status: 404, detail: `There is no document ${id}.` });
}
