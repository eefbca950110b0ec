// The routes of tasks: requests in, answers out. Queries and rules are elsewhere.

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { ProblemError } from 'plinth/fastify';
import { z } from 'zod';
import {
  deleteTask,
  findTask,
  insertTask,
  listTasks,
  type TaskPosition,
  updateTask,
} from '../db/tasks.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { invalidCursor } from '../http/invalid-cursor.js';
import { nextLink } from '../http/next-link.js';
import { PAGE_SIZE } from '../limits.js';
import { json, problems } from '../schemas/problem.js';
import {
  listQuerySchema,
  noQuerySchema,
  taskPathSchema,
  taskPositionSchema,
} from '../schemas/query.js';
import { newTaskSchema, taskChangesSchema, taskListSchema, taskSchema } from '../schemas/task.js';

const PATH = '/api/tasks';
const tags = ['tasks'];

const listRoute = {
  operationId: 'listTasks',
  summary: 'List tasks, newest first',
  tags,
  querystring: listQuerySchema,
  response: {
    200: json('A page of tasks; Link leads to the next one.', taskListSchema),
    ...problems(400),
  },
};
const createRoute = {
  operationId: 'createTask',
  summary: 'Create a task',
  tags,
  querystring: noQuerySchema,
  body: newTaskSchema,
  response: {
    201: json('The task; Location has its path.', taskSchema),
    ...problems(400, 413, 415),
  },
};
const readRoute = {
  operationId: 'getTask',
  summary: 'Read a task',
  tags,
  params: taskPathSchema,
  querystring: noQuerySchema,
  response: { 200: json('The task.', taskSchema), ...problems(400, 404) },
};
const updateRoute = {
  operationId: 'updateTask',
  summary: 'Change the fields that are sent',
  tags,
  params: taskPathSchema,
  querystring: noQuerySchema,
  body: taskChangesSchema,
  response: { 200: json('The task as it is now.', taskSchema), ...problems(400, 404, 413, 415) },
};
const deleteRoute = {
  operationId: 'deleteTask',
  summary: 'Delete a task',
  tags,
  params: taskPathSchema,
  querystring: noQuerySchema,
  response: { 204: z.undefined().meta({ description: 'It is gone.' }), ...problems(400, 404) },
};

export const taskRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get(PATH, { schema: listRoute }, async (request, reply) => {
    const { limit = PAGE_SIZE.default, cursor, completed } = request.query;
    const after = cursor === undefined ? undefined : readPosition(cursor);
    const { rows, hasMore } = await listTasks(request.db, { limit, after, completed });
    const last = rows.at(-1);
    if (hasMore && last !== undefined) {
      const next = encodeCursor('tasks', [last.created_at, last.id]);
      reply.header('link', nextLink(PATH, request.query, next));
    }
    return rows;
  });

  app.post(PATH, { schema: createRoute }, async (request, reply) => {
    const task = await insertTask(request.db, request.body);
    reply.code(201).header('location', `${PATH}/${task.id}`);
    return task;
  });

  app.get(`${PATH}/:id`, { schema: readRoute }, async (request) => {
    const { id } = request.params;
    return (await findTask(request.db, id)) ?? noSuchTask(id);
  });

  app.patch(`${PATH}/:id`, { schema: updateRoute }, async (request) => {
    const { id } = request.params;
    return (await updateTask(request.db, id, request.body)) ?? noSuchTask(id);
  });

  app.delete(`${PATH}/:id`, { schema: deleteRoute }, async (request, reply) => {
    const { id } = request.params;
    if (!(await deleteTask(request.db, id))) noSuchTask(id);
    reply.code(204);
  });
};

function readPosition(cursor: string): TaskPosition {
  const position = taskPositionSchema.safeParse(decodeCursor('tasks', cursor));
  if (!position.success) throw invalidCursor();
  const [createdAt, id] = position.data;
  return { createdAt, id };
}

function noSuchTask(id: string): never {
  throw new ProblemError({ status: 404, detail: `There is no task ${id}.` });
}
