// The Fastify room: a route's database, health, an orderly end, and errors as problem details.
// It knows no table and no route of a service.

export type { HealthOptions, HealthRouteOptions } from './health-routes.js';
export { toPointer } from './json-pointer.js';
export { Lifecycle, type ShutdownOptions, type ShutdownReport } from './lifecycle.js';
export { type PlinthFastifyOptions, plinthFastify } from './plinth-fastify.js';
export {
  type FieldError,
  PROBLEM_MEDIA_TYPE,
  type Problem,
  ProblemError,
  type ProblemFacts,
  type ProblemOptions,
  VALIDATION_PROBLEM_TYPE,
  validationProblem,
} from './problem.js';
export { problemDetails } from './problem-details.js';
export { BODY_LIMIT, serverOptions } from './server-options.js';
