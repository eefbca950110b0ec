// The health routes for OpenAPI.

import type { HealthRouteOptions } from 'plinth/fastify';
import { z } from 'zod';
import { json } from './problem.js';

const database = z.enum(['connected', 'disconnected']);
const migrations = z.enum(['current', 'pending', 'unknown']);

const healthSchema = z
  .object({ status: z.enum(['healthy', 'unhealthy']), database })
  .meta({ id: 'Health' });
const liveSchema = z.object({ status: z.literal('alive') }).meta({ id: 'Liveness' });
const readySchema = z
  .object({
    status: z.enum(['ready', 'not ready']),
    database,
    migrations,
    unavailable: z
      .array(z.string())
      .optional()
      .meta({ description: 'What is not served here, and why; all the rest is.' }),
  })
  .meta({ id: 'Readiness' });

const tags = ['health'];

export const healthRoutes: HealthRouteOptions = {
  health: {
    schema: {
      operationId: 'getHealth',
      summary: 'Whether the database answers',
      tags,
      response: {
        200: json('The database answers.', healthSchema),
        503: json('It does not.', healthSchema),
      },
    },
  },
  live: {
    schema: {
      operationId: 'getLiveness',
      summary: 'Whether the process lives',
      tags,
      response: { 200: json('It does.', liveSchema) },
    },
  },
  ready: {
    schema: {
      operationId: 'getReadiness',
      summary: 'Whether requests should be sent here',
      tags,
      response: {
        200: json('Send them.', readySchema),
        503: json(
          'Not now: the database is away, its revisions differ, or it is ending.',
          readySchema,
        ),
      },
    },
  },
};
