// The public subpath `plinth/fastify`. It names what is public and holds no code of its own.

export {
  BODY_LIMIT,
  type FieldError,
  type HealthOptions,
  type HealthRouteOptions,
  Lifecycle,
  type PlinthFastifyOptions,
  PROBLEM_MEDIA_TYPE,
  type Problem,
  ProblemError,
  type ProblemFacts,
  plinthFastify,
  problemDetails,
  type ShutdownOptions,
  type ShutdownReport,
  serverOptions,
  toPointer,
  VALIDATION_PROBLEM_TYPE,
  validationProblem,
} from './fastify/index.js';
