// What the routes of documents take and answer, for validation and OpenAPI.

import { z } from 'zod';
import { ifMatchSchema } from '../http/change-if-match.js';
import { idempotencyKeySchema } from '../http/idempotency-key.js';
import { ifNoneMatchSchema, notModified } from '../http/send-etag.js';
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
import { noQuerySchema } from '../schemas/query.js';

const tags = ['documents'];

export const listRoute = {
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

export const createRoute = {
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

export const readRoute = {
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

export const deleteRoute = {
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

export const searchRoute = {
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
