// The routes of tenants, for admins: requests in, answers out. Each works in the scope of the tenant
// it is about; secrets go in and never come out.

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Transaction } from 'plinth';
import { ProblemError } from 'plinth/fastify';
import type { Keyring } from 'plinth/secrets';
import { z } from 'zod';
import { databaseOf, requireScope } from '../auth/guards.js';
import {
  deleteTenant,
  findTenant,
  insertTenant,
  listTenants,
  lockTenant,
  updateTenant,
} from '../db/tenants.js';
import { changeIfMatch, ifMatchSchema } from '../http/change-if-match.js';
import { createOnce } from '../http/create-once.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { idempotencyKeySchema } from '../http/idempotency-key.js';
import { invalidCursor } from '../http/invalid-cursor.js';
import { nextLink } from '../http/next-link.js';
import { ifNoneMatchSchema, notModified, sendEtag } from '../http/send-etag.js';
import { PAGE_SIZE } from '../limits.js';
import { bearer } from '../openapi.js';
import { json, problems } from '../schemas/problem.js';
import { noQuerySchema } from '../schemas/query.js';
import {
  type NewTenant,
  newTenantSchema,
  type Tenant,
  tenantChangesSchema,
  tenantListQuerySchema,
  tenantListSchema,
  tenantPathSchema,
  tenantSchema,
} from '../schemas/tenant.js';
import { tenantIdSchema } from '../schemas/tenant-id.js';
import { type Tenancy, tenantsServed } from '../tenancy.js';
import { hasSecrets, sealSecrets } from '../tenant-secrets.js';

const PATH = '/api/tenants';
const tags = ['tenants'];
const security = bearer('admin');

const listRoute = {
  operationId: 'listTenants',
  summary: 'List all tenants, by their ids',
  tags,
  security,
  querystring: tenantListQuerySchema,
  response: {
    200: json('A page of tenants; Link leads to the next one.', tenantListSchema),
    ...problems(400, 401, 403),
  },
};
const createRoute = {
  operationId: 'createTenant',
  summary: 'Create a tenant',
  tags,
  security,
  querystring: noQuerySchema,
  headers: idempotencyKeySchema,
  body: newTenantSchema,
  response: {
    201: json('The tenant; Location has its path.', tenantSchema),
    ...problems(400, 401, 403, 409, 410, 413, 415, 422),
  },
};
const readRoute = {
  operationId: 'getTenant',
  summary: 'Read a tenant, without its secrets',
  tags,
  security,
  params: tenantPathSchema,
  querystring: noQuerySchema,
  headers: ifNoneMatchSchema,
  response: {
    200: json('The tenant.', tenantSchema),
    304: notModified,
    ...problems(400, 401, 403, 404),
  },
};
const updateRoute = {
  operationId: 'updateTenant',
  summary: 'Change the fields that are sent; null takes a secret away',
  tags,
  security,
  params: tenantPathSchema,
  querystring: noQuerySchema,
  headers: ifMatchSchema,
  body: tenantChangesSchema,
  response: {
    200: json('The tenant as it is now.', tenantSchema),
    ...problems(400, 401, 403, 404, 412, 413, 415),
  },
};
const deleteRoute = {
  operationId: 'deleteTenant',
  summary: 'Delete the configuration of a tenant, and its secrets',
  tags,
  security,
  params: tenantPathSchema,
  querystring: noQuerySchema,
  headers: ifMatchSchema,
  response: {
    204: z.undefined().meta({ description: 'It is gone.' }),
    ...problems(400, 401, 403, 404, 412),
  },
};

export const tenantRoutes: FastifyPluginAsyncZod<{ readonly tenancy: Tenancy }> = async (
  app,
  { tenancy },
) => {
  app.addHook('onRequest', tenantsServed(tenancy));
  app.addHook('onRequest', requireScope('admin'));
  const { keyring } = tenancy;

  app.get(PATH, { schema: listRoute }, async (request, reply) => {
    const { limit = PAGE_SIZE.default, cursor } = request.query;
    const after = cursor === undefined ? undefined : readPosition(cursor);
    const { rows, next } = await listTenants(request.db, limit, after);
    if (next !== undefined) {
      reply.header('link', nextLink(PATH, request.query, encodeCursor('tenants', [next])));
    }
    return rows;
  });

  app.post(PATH, { schema: createRoute, onSend: sendEtag }, async (request, reply) => {
    const { body } = request;
    const { tenant_id } = body;
    const tenant = await createOnce(request, reply, {
      db: databaseOf(request, tenant_id),
      insert: (tx) => createTenant(tx, keyring, body),
      idOf: ({ id }) => id,
      // A tenant that was deleted and made again is another one.
      find: async (id) => {
        const found = await findTenant(request.db, tenant_id);
        return found?.id === id ? found : undefined;
      },
    });
    reply.code(201).header('location', `${PATH}/${tenant_id}`);
    return tenant;
  });

  app.get(`${PATH}/:tenant_id`, { schema: readRoute, onSend: sendEtag }, async (request) => {
    const { tenant_id } = request.params;
    return (await findTenant(request.db, tenant_id)) ?? noSuchTenant(tenant_id);
  });

  app.patch(`${PATH}/:tenant_id`, { schema: updateRoute, onSend: sendEtag }, async (request) => {
    const { body, params } = request;
    const { tenant_id: tenant } = params;
    const db = databaseOf(request, tenant);
    const changed = await changeIfMatch(request, {
      db,
      lock: (tx) => lockTenant(tx, tenant),
      change: async (tx) => {
        const current = await lockTenant(tx, tenant);
        if (current === undefined) return undefined;
        const secrets = await sealSecrets(keyring, { tenant, row: current.id, tx }, body);
        return await updateTenant(tx, tenant, body, secrets);
      },
    });
    return changed ?? noSuchTenant(tenant);
  });

  app.delete(`${PATH}/:tenant_id`, { schema: deleteRoute }, async (request, reply) => {
    const { tenant_id: tenant } = request.params;
    const db = databaseOf(request, tenant);
    const isGone = await changeIfMatch(request, {
      db,
      lock: (tx) => lockTenant(tx, tenant),
      change: async (tx) => (await deleteTenant(tx, tenant)) || undefined,
      changeAlone: async () => (await deleteTenant(db, tenant)) || undefined,
    });
    if (isGone === undefined) noSuchTenant(tenant);
    reply.code(204);
  });
};

/**
 * The row first, for everybody in the same order: whoever comes second waits there, before a key of
 * the tenant is made.
 */
async function createTenant(
  tx: Transaction,
  keyring: Keyring | undefined,
  body: NewTenant,
): Promise<Tenant> {
  const { tenant_id: tenant } = body;
  const made = (await insertTenant(tx, body)) ?? tenantExists(tenant);
  const secrets = await sealSecrets(keyring, { tenant, row: made.id, tx }, body);
  if (!hasSecrets(secrets)) return made;
  return (await updateTenant(tx, tenant, {}, secrets)) ?? noSuchTenant(tenant);
}

function readPosition(cursor: string): string {
  const position = z.tuple([tenantIdSchema]).safeParse(decodeCursor('tenants', cursor));
  if (!position.success) throw invalidCursor();
  return position.data[0];
}

function tenantExists(tenant: string): never {
  throw new ProblemError({ status: 409, detail: `There is a tenant ${tenant} already.` });
}

function noSuchTenant(tenant: string): never {
  throw new ProblemError({ status: 404, detail: `There is no tenant ${tenant}.` });
}
