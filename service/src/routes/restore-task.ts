// The route that brings a deleted task back.

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { lockAnyTask, restoreTask } from '../db/tasks.js';
import { changeIfMatch, ifMatchSchema } from '../http/change-if-match.js';
import { ownerOf } from '../http/owner-of.js';
import { refuseBody } from '../http/refuse-body.js';
import { sendEtag } from '../http/send-etag.js';
import { optionalBearer } from '../openapi.js';
import { json, problems } from '../schemas/problem.js';
import { noQuerySchema, taskPathSchema } from '../schemas/query.js';
import { taskSchema } from '../schemas/task.js';
import { noSuchTask } from './no-such-task.js';

const restoreRoute = {
  operationId: 'restoreTask',
  summary: 'Bring a deleted task back; one that is not deleted stays as it is',
  tags: ['tasks'],
  security: optionalBearer,
  params: taskPathSchema,
  querystring: noQuerySchema,
  headers: ifMatchSchema,
  response: {
    200: json('The task.', taskSchema),
    ...problems(400, 401, 404, 412, 413, 415),
  },
};

export interface RestoreTaskOptions {
  /** How long after its deletion a task can be restored, as PostgreSQL reads an interval. */
  readonly restoreWithin: string;
}

/** Stands below the routes of tasks, which know the caller. */
export const restoreTaskRoute: FastifyPluginAsyncZod<RestoreTaskOptions> = async (
  app,
  { restoreWithin },
) => {
  app.post(
    '/api/tasks/:id/restore',
    { schema: restoreRoute, onSend: sendEtag },
    async (request) => {
      const { db, params, body } = request;
      const owner = ownerOf(request);
      refuseBody(body);
      const task = await changeIfMatch(request, {
        db,
        lock: (tx) => lockAnyTask(tx, owner, params.id),
        change: (tx) => restoreTask(tx, owner, params.id, restoreWithin),
        changeAlone: () => restoreTask(db, owner, params.id, restoreWithin),
      });
      return task ?? noSuchTask(params.id);
    },
  );
};
