// The routes of enhancements, each in the scope of its caller's tenant: requests in, answers out.

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { ProblemError } from 'plinth/fastify';
import { requireScope, tenantDatabase, tenantOf } from '../auth/guards.js';
import {
  findEnhancement,
  insertEnhancement,
  listEnhancements,
  lockEnhancement,
  updatePendingEnhancement,
} from '../db/enhancements.js';
import { changeIfMatch, ifMatchSchema } from '../http/change-if-match.js';
import { createOnce } from '../http/create-once.js';
import { encodeCursor } from '../http/cursor.js';
import { idempotencyKeySchema } from '../http/idempotency-key.js';
import { nextLink } from '../http/next-link.js';
import { ifNoneMatchSchema, notModified, sendEtag } from '../http/send-etag.js';
import { readTimePosition } from '../http/time-position.js';
import { PAGE_SIZE } from '../limits.js';
import { bearer } from '../openapi.js';
import {
  enhancementChangesSchema,
  enhancementListQuerySchema,
  enhancementListSchema,
  enhancementPathSchema,
  enhancementSchema,
  newEnhancementSchema,
} from '../schemas/enhancement.js';
import { json, problems } from '../schemas/problem.js';
import { noQuerySchema } from '../schemas/query.js';
import { type Tenancy, tenantsServed } from '../tenancy.js';

const PATH = '/api/enhancements';
const tags = ['enhancements'];

const listRoute = {
  operationId: 'listEnhancements',
  summary: 'List the enhancements of the caller’s tenant, newest first',
  tags,
  security: bearer('tenant:read'),
  querystring: enhancementListQuerySchema,
  response: {
    200: json('A page of enhancements; Link leads to the next one.', enhancementListSchema),
    ...problems(400, 401, 403),
  },
};
const createRoute = {
  operationId: 'createEnhancement',
  summary: 'Begin an enhancement: it is pending',
  tags,
  security: bearer('tenant:write'),
  querystring: noQuerySchema,
  headers: idempotencyKeySchema,
  body: newEnhancementSchema,
  response: {
    201: json('The enhancement; Location has its path.', enhancementSchema),
    ...problems(400, 401, 403, 409, 410, 413, 415, 422),
  },
};
const readRoute = {
  operationId: 'getEnhancement',
  summary: 'Read an enhancement',
  tags,
  security: bearer('tenant:read'),
  params: enhancementPathSchema,
  querystring: noQuerySchema,
  headers: ifNoneMatchSchema,
  response: {
    200: json('The enhancement.', enhancementSchema),
    304: notModified,
    ...problems(400, 401, 403, 404),
  },
};
const updateRoute = {
  operationId: 'updateEnhancement',
  summary: 'Change a pending enhancement, or end it as completed or failed',
  tags,
  security: bearer('tenant:write'),
  params: enhancementPathSchema,
  querystring: noQuerySchema,
  headers: ifMatchSchema,
  body: enhancementChangesSchema,
  response: {
    200: json('The enhancement as it is now.', enhancementSchema),
    ...problems(400, 401, 403, 404, 409, 412, 413, 415),
  },
};

export const enhancementRoutes: FastifyPluginAsyncZod<{ readonly tenancy: Tenancy }> = async (
  app,
  { tenancy },
) => {
  app.addHook('onRequest', tenantsServed(tenancy));
  const onRead = requireScope('tenant:read');
  const onWrite = requireScope('tenant:write');

  app.get(PATH, { schema: listRoute, onRequest: onRead }, async (request, reply) => {
    const { limit = PAGE_SIZE.default, cursor, ticket_id, status, ...times } = request.query;
    const { rows, hasMore } = await listEnhancements(tenantDatabase(request), limit, {
      ticketId: ticket_id,
      status,
      createdAfter: times.created_after,
      createdBefore: times.created_before,
      after: cursor === undefined ? undefined : readTimePosition('enhancements', cursor),
    });
    const last = rows.at(-1);
    if (hasMore && last !== undefined) {
      const next = encodeCursor('enhancements', [last.created_at, last.id]);
      reply.header('link', nextLink(PATH, request.query, next));
    }
    return rows;
  });

  const create = { schema: createRoute, onRequest: onWrite, onSend: sendEtag };
  app.post(PATH, create, async (request, reply) => {
    const db = tenantDatabase(request);
    const tenant = tenantOf(request);
    const enhancement = await createOnce(request, reply, {
      db,
      insert: (tx) => insertEnhancement(tx, tenant, request.body),
      insertAlone: () => insertEnhancement(db, tenant, request.body),
      idOf: ({ id }) => id,
      find: (id) => findEnhancement(db, id),
    });
    reply.code(201).header('location', `${PATH}/${enhancement.id}`);
    return enhancement;
  });

  const read = { schema: readRoute, onRequest: onRead, onSend: sendEtag };
  app.get(`${PATH}/:id`, read, async (request) => {
    const { id } = request.params;
    return (await findEnhancement(tenantDatabase(request), id)) ?? noSuchEnhancement(id);
  });

  const update = { schema: updateRoute, onRequest: onWrite, onSend: sendEtag };
  app.patch(`${PATH}/:id`, update, async (request) => {
    const { id } = request.params;
    const db = tenantDatabase(request);
    const changed = await changeIfMatch(request, {
      db,
      lock: (tx) => lockEnhancement(tx, id),
      change: (tx) => updatePendingEnhancement(tx, id, request.body),
      changeAlone: () => updatePendingEnhancement(db, id, request.body),
    });
    if (changed !== undefined) return changed;
    const ended = (await findEnhancement(db, id)) ?? noSuchEnhancement(id);
    const detail = `The enhancement ${id} is ${ended.status}; only a pending one can be changed.`;
    throw new ProblemError({ status: 409, detail });
  });
};

function noSuchEnhancement(id: string): never {
  throw new ProblemError({ status: 404, detail: `There is no enhancement ${id}.` });
}
