// The routes of todos: requests in, answers out. Queries and rules are elsewhere.

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { ProblemError } from 'plinth/fastify';
import { z } from 'zod';
import {
  deleteTodo,
  findTodo,
  insertTodo,
  listTodos,
  type TodoPosition,
  updateTodo,
} from '../db/todos.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { invalidCursor } from '../http/invalid-cursor.js';
import { nextLink } from '../http/next-link.js';
import { PAGE_SIZE } from '../limits.js';
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
  querystring: listQuerySchema,
  response: {
    200: json('A page of todos; Link leads to the next one.', todoListSchema),
    ...problems(400),
  },
};
const createRoute = {
  operationId: 'createTodo',
  summary: 'Create a todo',
  tags,
  querystring: noQuerySchema,
  body: newTodoSchema,
  response: {
    201: json('The todo; Location has its path.', todoSchema),
    ...problems(400, 413, 415),
  },
};
const readRoute = {
  operationId: 'getTodo',
  summary: 'Read a todo',
  tags,
  params: todoPathSchema,
  querystring: noQuerySchema,
  response: { 200: json('The todo.', todoSchema), ...problems(400, 404) },
};
const updateRoute = {
  operationId: 'updateTodo',
  summary: 'Change the fields that are sent',
  tags,
  params: todoPathSchema,
  querystring: noQuerySchema,
  body: todoChangesSchema,
  response: { 200: json('The todo as it is now.', todoSchema), ...problems(400, 404, 413, 415) },
};
const deleteRoute = {
  operationId: 'deleteTodo',
  summary: 'Delete a todo',
  tags,
  params: todoPathSchema,
  querystring: noQuerySchema,
  response: { 204: z.undefined().meta({ description: 'It is gone.' }), ...problems(400, 404) },
};

export const todoRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get(PATH, { schema: listRoute }, async (request, reply) => {
    const { limit = PAGE_SIZE.default, cursor, completed } = request.query;
    const after = cursor === undefined ? undefined : readPosition(cursor);
    const { rows, hasMore } = await listTodos(request.db, { limit, after, completed });
    const last = rows.at(-1);
    if (hasMore && last !== undefined) {
      const next = encodeCursor('todos', [String(last.id)]);
      reply.header('link', nextLink(PATH, request.query, next));
    }
    return rows;
  });

  app.post(PATH, { schema: createRoute }, async (request, reply) => {
    const todo = await insertTodo(request.db, request.body);
    reply.code(201).header('location', `${PATH}/${todo.id}`);
    return todo;
  });

  app.get(`${PATH}/:id`, { schema: readRoute }, async (request) => {
    const { id } = request.params;
    return (await findTodo(request.db, Number(id))) ?? noSuchTodo(id);
  });

  app.patch(`${PATH}/:id`, { schema: updateRoute }, async (request) => {
    const { id } = request.params;
    return (await updateTodo(request.db, Number(id), request.body)) ?? noSuchTodo(id);
  });

  app.delete(`${PATH}/:id`, { schema: deleteRoute }, async (request, reply) => {
    const { id } = request.params;
    if (!(await deleteTodo(request.db, Number(id)))) noSuchTodo(id);
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
