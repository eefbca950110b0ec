// The routes of documents, each in the scope of its caller's tenant: requests in, answers out.

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { ProblemError } from 'plinth/fastify';
import { requireScope, tenantDatabase, tenantOf } from '../auth/guards.js';
import {
  deleteDocument,
  findDocument,
  insertDocument,
  listDocuments,
  lockDocument,
} from '../db/documents.js';
import { type DocumentTools, embedDocument } from '../documents/embed-document.js';
import { searchDocuments } from '../documents/search-documents.js';
import { changeIfMatch } from '../http/change-if-match.js';
import { clientGone } from '../http/client-gone.js';
import { createOnce } from '../http/create-once.js';
import { encodeCursor } from '../http/cursor.js';
import { nextLink } from '../http/next-link.js';
import { once } from '../http/once.js';
import { sendEtag } from '../http/send-etag.js';
import { readTimePosition } from '../http/time-position.js';
import { DOCUMENT_BODY_LIMIT, PAGE_SIZE } from '../limits.js';
import { type Tenancy, tenantsServed } from '../tenancy.js';
import { type VectorSupport, vectorsServed } from '../vector-support.js';
import {
  createRoute,
  deleteRoute,
  listRoute,
  readRoute,
  searchRoute,
} from './document-operations.js';

const PATH = '/api/documents';

export interface DocumentRouteOptions {
  readonly tenancy: Tenancy;
  readonly vectors: VectorSupport;
  readonly tools: DocumentTools;
}

export const documentRoutes: FastifyPluginAsyncZod<DocumentRouteOptions> = async (app, options) => {
  app.addHook('onRequest', tenantsServed(options.tenancy));
  for (const routes of [readRoutes, searchRoutes, createRoutes, deleteRoutes]) {
    await app.register(routes, options);
  }
};

const readRoutes: FastifyPluginAsyncZod<DocumentRouteOptions> = async (app, { vectors }) => {
  const onRequest = [requireScope('tenant:read'), vectorsServed(vectors)];

  app.get(PATH, { schema: listRoute, onRequest }, async (request, reply) => {
    const { limit = PAGE_SIZE.default, cursor, ...times } = request.query;
    const { rows, hasMore } = await listDocuments(tenantDatabase(request), limit, {
      createdAfter: times.created_after,
      createdBefore: times.created_before,
      after: cursor === undefined ? undefined : readTimePosition('documents', cursor),
    });
    const last = rows.at(-1);
    if (hasMore && last !== undefined) {
      const next = encodeCursor('documents', [last.created_at, last.id]);
      reply.header('link', nextLink(PATH, request.query, next));
    }
    return rows;
  });

  const read = { schema: readRoute, onRequest, onSend: sendEtag };
  app.get(`${PATH}/:id`, read, async (request) => {
    const { id } = request.params;
    return (await findDocument(tenantDatabase(request), id)) ?? noSuchDocument(id);
  });
};

const searchRoutes: FastifyPluginAsyncZod<DocumentRouteOptions> = async (app, options) => {
  const { vectors, tools } = options;
  const onRequest = [requireScope('tenant:read'), vectorsServed(vectors)];
  const search = { schema: searchRoute, onRequest };
  app.post(`${PATH}/search`, search, async (request, reply) =>
    searchDocuments(tenantDatabase(request), request.body, tools, clientGone(reply)),
  );
};

const createRoutes: FastifyPluginAsyncZod<DocumentRouteOptions> = async (app, options) => {
  const { vectors, tools } = options;
  const create = {
    schema: createRoute,
    bodyLimit: DOCUMENT_BODY_LIMIT,
    onRequest: [requireScope('tenant:write'), vectorsServed(vectors)],
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
};

const deleteRoutes: FastifyPluginAsyncZod<DocumentRouteOptions> = async (app, { vectors }) => {
  const onRequest = [requireScope('tenant:write'), vectorsServed(vectors)];
  app.delete(`${PATH}/:id`, { schema: deleteRoute, onRequest }, async (request, reply) => {
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
};

function noSuchDocument(id: string): never {
  throw new ProblemError({ status: 404, detail: `There is no document ${id}.` });
}
