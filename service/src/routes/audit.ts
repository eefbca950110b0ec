// The route of audit rows: requests in, answers out. Reading them is not recorded itself, and nothing
// here writes them.

import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { ProblemError } from 'plinth/fastify';
import { callerOf, requireAnyScope } from '../auth/guards.js';
import { type AuditPosition, listAllAuditRows, listAuditRows } from '../db/audit.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { invalidCursor } from '../http/invalid-cursor.js';
import { nextLink } from '../http/next-link.js';
import { PAGE_SIZE } from '../limits.js';
import { bearer } from '../openapi.js';
import { auditListQuerySchema, auditListSchema, auditPositionSchema } from '../schemas/audit.js';
import { json, problems } from '../schemas/problem.js';
import { type Tenancy, tenantsServed } from '../tenancy.js';

const PATH = '/api/audit';

const listRoute = {
  operationId: 'listAuditRows',
  summary: 'List audit rows: of the caller’s tenant, or for admins of any and of all',
  description:
    'Newest first within a tenant, tenant after tenant by their ids. Of all tenants a page may have fewer entries than its limit, or none: where there is a Link, there are more.',
  tags: ['audit'],
  security: bearer('tenant:read', 'admin'),
  querystring: auditListQuerySchema,
  response: {
    200: json('A page of audit rows; Link leads to the next one.', auditListSchema),
    ...problems(400, 401, 403),
  },
};

export const auditRoutes: FastifyPluginAsyncZod<{ readonly tenancy: Tenancy }> = async (
  app,
  { tenancy },
) => {
  app.addHook('onRequest', tenantsServed(tenancy));
  const onRequest = requireAnyScope('tenant:read', 'admin');

  app.get(PATH, { schema: listRoute, onRequest }, async (request, reply) => {
    const { limit = PAGE_SIZE.default, cursor, tenant_id, request_id, ...others } = request.query;
    const { occurred_after, occurred_before, table, action, actor, key } = others;
    const filters = {
      table,
      action,
      actor,
      requestId: request_id,
      key,
      occurredAfter: occurred_after,
      occurredBefore: occurred_before,
    };
    const tenant = tenantFor(request, tenant_id);
    const after = cursor === undefined ? undefined : readPosition(cursor, tenant);
    const { rows, next } =
      tenant === undefined
        ? await listAllAuditRows(request.db, limit, filters, after)
        : await listAuditRows(request.db, tenant, limit, filters, after?.seq);
    if (next !== undefined) {
      const position = encodeCursor('audit', [String(next.seq), next.tenant]);
      reply.header('link', nextLink(PATH, request.query, position));
    }
    return rows;
  });
};

/** Whose rows a request is about; `undefined` for those of all tenants. */
function tenantFor(request: FastifyRequest, named: string | undefined): string | undefined {
  const { scopes, tenant } = callerOf(request);
  const own = scopes.has('tenant:read') ? tenant : undefined;
  if (named === undefined || named === own) return own;
  if (scopes.has('admin')) return named;
  const detail = 'The audit rows of another tenant are for the scope admin.';
  throw new ProblemError({ status: 403, detail });
}

function readPosition(cursor: string, tenant: string | undefined): AuditPosition {
  const position = auditPositionSchema.safeParse(decodeCursor('audit', cursor));
  if (!position.success) throw invalidCursor();
  if (tenant !== undefined && tenant !== position.data.tenant) throw invalidCursor();
  return position.data;
}
