// The routes of tasks: requests in, answers out. Queries and rules are elsewhere.

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { callerIfRequired } from '../auth/guards.js';
import { listTasks } from '../db/task-list.js';
import { deleteTask, findTask, insertTask, lockTask, updateTask } from '../db/tasks.js';
import { changeIfMatch, ifMatchSchema } from '../http/change-if-match.js';
import { createOnce } from '../http/create-once.js';
import { encodeCursor } from '../http/cursor.js';
import { idempotencyKeySchema } from '../http/idempotency-key.js';
import { nextLink } from '../http/next-link.js';
import { ownerOf } from '../http/owner-of.js';
import { ifNoneMatchSchema, notModified, sendEtag } from '../http/send-etag.js';
import { readTimePosition } from '../http/time-position.js';
import { PAGE_SIZE } from '../limits.js';
import { optionalBearer } from '../openapi.js';
import { json, problems } from '../schemas/problem.js';
import { noQuerySchema, taskPathSchema } from '../schemas/query.js';
import {
  newTaskSchema,
  taskChangesSchema,
  taskListQuerySchema,
  taskListSchema,
  taskSchema,
} from '../schemas/task.js';
import { noSuchTask } from './no-such-task.js';
import { type RestoreTaskOptions, restoreTaskRoute } from './restore-task.js';

const PATH = '/api/tasks';
const tags = ['tasks'];

const listRoute = {
  operationId: 'listTasks',
  summary: 'List tasks, or search them, newest first',
  tags,
  security: optionalBearer,
  querystring: taskListQuerySchema,
  response: {
    200: json('A page of tasks; Link leads to the next one.', taskListSchema),
    ...problems(400, 401),
  },
};
const createRoute = {
  operationId: 'createTask',
  summary: 'Create a task',
  tags,
  security: optionalBearer,
  querystring: noQuerySchema,
  headers: idempotencyKeySchema,
  body: newTaskSchema,
  response: {
    201: json('The task; Location has its path.', taskSchema),
    ...problems(400, 401, 409, 410, 413, 415, 422),
  },
};
const readRoute = {
  operationId: 'getTask',
  summary: 'Read a task',
  tags,
  security: optionalBearer,
  params: taskPathSchema,
  querystring: noQuerySchema,
  headers: ifNoneMatchSchema,
  response: {
    200: json('The task.', taskSchema),
    304: notModified,
    ...problems(400, 401, 404),
  },
};
const updateRoute = {
  operationId: 'updateTask',
  summary: 'Change the fields that are sent',
  tags,
  security: optionalBearer,
  params: taskPathSchema,
  querystring: noQuerySchema,
  headers: ifMatchSchema,
  body: taskChangesSchema,
  response: {
    200: json('The task as it is now.', taskSchema),
    ...problems(400, 401, 404, 412, 413, 415),
  },
};
const deleteRoute = {
  operationId: 'deleteTask',
  summary: 'Delete a task; for a while it can be restored',
  tags,
  security: optionalBearer,
  params: taskPathSchema,
  querystring: noQuerySchema,
  headers: ifMatchSchema,
  response: {
    204: z.undefined().meta({ description: 'It is hidden, and for a while it can be restored.' }),
    ...problems(400, 401, 404, 412),
  },
};

export const taskRoutes: FastifyPluginAsyncZod<RestoreTaskOptions> = async (
  app,
  { restoreWithin },
) => {
  app.addHook('onRequest', callerIfRequired);

  app.get(PATH, { schema: listRoute }, async (request, reply) => {
    const { limit = PAGE_SIZE.default, cursor, q, completed, ...times } = request.query;
    const { rows, hasMore } = await listTasks(request.db, ownerOf(request), limit, {
      search: q,
      completed,
      createdAfter: times.created_after,
      createdBefore: times.created_before,
      after: cursor === undefined ? undefined : readTimePosition('tasks', cursor),
    });
    const last = rows.at(-1);
    if (hasMore && last !== undefined) {
      const next = encodeCursor('tasks', [last.created_at, last.id]);
      reply.header('link', nextLink(PATH, request.query, next));
    }
    return rows;
  });

  app.post(PATH, { schema: createRoute, onSend: sendEtag }, async (request, reply) => {
    const { db, body } = request;
    const owner = ownerOf(request);
    const task = await createOnce(request, reply, {
      db,
      insert: (tx) => insertTask(tx, owner, body),
      insertAlone: () => insertTask(db, owner, body),
      idOf: ({ id }) => id,
      find: (id) => findTask(db, owner, id),
    });
    reply.code(201).header('location', `${PATH}/${task.id}`);
    return task;
  });

  app.get(`${PATH}/:id`, { schema: readRoute, onSend: sendEtag }, async (request) => {
    const { id } = request.params;
    return (await findTask(request.db, ownerOf(request), id)) ?? noSuchTask(id);
  });

  app.patch(`${PATH}/:id`, { schema: updateRoute, onSend: sendEtag }, async (request) => {
    const { db, params, body } = request;
    const owner = ownerOf(request);
    const task = await changeIfMatch(request, {
      db,
      lock: (tx) => lockTask(tx, owner, params.id),
      change: (tx) => updateTask(tx, owner, params.id, body),
      changeAlone: () => updateTask(db, owner, params.id, body),
    });
    return task ?? noSuchTask(params.id);
  });

  app.delete(`${PATH}/:id`, { schema: deleteRoute }, async (request, reply) => {
    const { db, params } = request;
    const owner = ownerOf(request);
    const isGone = await changeIfMatch(request, {
      db,
      lock: (tx) => lockTask(tx, owner, params.id),
      change: (tx) => deleteTask(tx, owner, params.id),
      changeAlone: () => deleteTask(db, owner, params.id),
    });
    if (!isGone) noSuchTask(params.id);
    reply.code(204);
  });

  await app.register(restoreTaskRoute, { restoreWithin });
};
