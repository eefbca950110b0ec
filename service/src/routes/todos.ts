// The routes of todos: requests in, answers out. Queries and rules are elsewhere.

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { ProblemError } from 'plinth/fastify';
import { z } from 'zod';
import { callerIfRequired } from '../auth/guards.js';
import {
  deleteTodo,
  findTodo,
  insertTodo,
  listTodos,
  lockTodo,
  type TodoPosition,
  updateTodo,
} from '../db/todos.js';
import { changeIfMatch, ifMatchSchema } from '../http/change-if-match.js';
import { createOnce } from '../http/create-once.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { idempotencyKeySchema } from '../http/idempotency-key.js';
import { invalidCursor } from '../http/invalid-cursor.js';
import { nextLink } from '../http/next-link.js';
import { ownerOf } from '../http/owner-of.js';
import { ifNoneMatchSchema, notModified, sendEtag } from '../http/send-etag.js';
import { PAGE_SIZE } from '../limits.js';
import { optionalBearer } from '../openapi.js';
import { json, problems } from '../schemas/problem.js';
import {
  listQuerySchema,
  noQuerySchema,
  todoPathSchema,
  todoPositionSchema,
} from '../schemas/query.js';
import { newTodoSchema, todoChangesSchema, todoListSchema, todoSchema } from '../schemas/todo.js';

const PATH = '/api/todos';
const tags = ['todos'];

const listRoute = {
  operationId: 'listTodos',
  summary: 'List todos, newest first',
  tags,
  security: optionalBearer,
  querystring: listQuerySchema,
  response: {
    200: json('A page of todos; Link leads to the next one.', todoListSchema),
    ...problems(400, 401),
  },
};
const createRoute = {
  operationId: 'createTodo',
  summary: 'Create a todo',
  tags,
  security: optionalBearer,
  querystring: noQuerySchema,
  headers: idempotencyKeySchema,
  body: newTodoSchema,
  response: {
    201: json('The todo; Location has its path.', todoSchema),
    ...problems(400, 401, 409, 410, 413, 415, 422),
  },
};
const readRoute = {
  operationId: 'getTodo',
  summary: 'Read a todo',
  tags,
  security: optionalBearer,
  params: todoPathSchema,
  querystring: noQuerySchema,
  headers: ifNoneMatchSchema,
  response: {
    200: json('The todo.', todoSchema),
    304: notModified,
    ...problems(400, 401, 404),
  },
};
const updateRoute = {
  operationId: 'updateTodo',
  summary: 'Change the fields that are sent',
  tags,
  security: optionalBearer,
  params: todoPathSchema,
  querystring: noQuerySchema,
  headers: ifMatchSchema,
  body: todoChangesSchema,
  response: {
    200: json('The todo as it is now.', todoSchema),
    ...problems(400, 401, 404, 412, 413, 415),
  },
};
const deleteRoute = {
  operationId: 'deleteTodo',
  summary: 'Delete a todo',
  tags,
  security: optionalBearer,
  params: todoPathSchema,
  querystring: noQuerySchema,
  headers: ifMatchSchema,
  response: {
    204: z.undefined().meta({ description: 'It is gone.' }),
    ...problems(400, 401, 404, 412),
  },
};

export const todoRoutes: FastifyPluginAsyncZod = async (app) => {
  app.addHook('onRequest', callerIfRequired);

  app.get(PATH, { schema: listRoute }, async (request, reply) => {
    const { limit = PAGE_SIZE.default, cursor, completed } = request.query;
    const after = cursor === undefined ? undefined : readPosition(cursor);
    const page = { limit, after, completed };
    const { rows, hasMore } = await listTodos(request.db, ownerOf(request), page);
    const last = rows.at(-1);
    if (hasMore && last !== undefined) {
      const next = encodeCursor('todos', [String(last.id)]);
      reply.header('link', nextLink(PATH, request.query, next));
    }
    return rows;
  });

  app.post(PATH, { schema: createRoute, onSend: sendEtag }, async (request, reply) => {
    const { db, body } = request;
    const owner = ownerOf(request);
    const todo = await createOnce(request, reply, {
      db,
      insert: (tx) => insertTodo(tx, owner, body),
      insertAlone: () => insertTodo(db, owner, body),
      idOf: ({ id }) => String(id),
      find: (id) => findTodo(db, owner, Number(id)),
    });
    reply.code(201).header('location', `${PATH}/${todo.id}`);
    return todo;
  });

  app.get(`${PATH}/:id`, { schema: readRoute, onSend: sendEtag }, async (request) => {
    const { id } = request.params;
    return (await findTodo(request.db, ownerOf(request), Number(id))) ?? noSuchTodo(id);
  });

  app.patch(`${PATH}/:id`, { schema: updateRoute, onSend: sendEtag }, async (request) => {
    const { db, params, body } = request;
    const owner = ownerOf(request);
    const id = Number(params.id);
    const todo = await changeIfMatch(request, {
      db,
      lock: (tx) => lockTodo(tx, owner, id),
      change: (tx) => updateTodo(tx, owner, id, body),
      changeAlone: () => updateTodo(db, owner, id, body),
    });
    return todo ?? noSuchTodo(params.id);
  });

  app.delete(`${PATH}/:id`, { schema: deleteRoute }, async (request, reply) => {
    const { db, params } = request;
    const owner = ownerOf(request);
    const id = Number(params.id);
    const isGone = await changeIfMatch(request, {
      db,
      lock: (tx) => lockTodo(tx, owner, id),
      change: (tx) => deleteTodo(tx, owner, id),
      changeAlone: () => deleteTodo(db, owner, id),
    });
    if (!isGone) noSuchTodo(params.id);
    reply.code(204);
  });
};

function readPosition(cursor: string): TodoPosition {
  const position = todoPositionSchema.safeParse(decodeCursor('todos', cursor));
  if (!position.success) throw invalidCursor();
  const [id] = position.data;
  return { id };
}

function noSuchTodo(id: string): never {
  throw new ProblemError({ status: 404, detail: `There is no todo ${id}.` });
}
