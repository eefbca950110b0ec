// An OpenTelemetry span for every statement of an engine. The API is an optional package; what
// becomes of the spans is decided by the SDK that a program sets up.

import type { Attributes, Tracer } from '@opentelemetry/api';
import type { Engine, SentStatement, StatementHook } from '../engine/index.js';
import { sqlStateOf } from '../sql/index.js';
import { describeStatement } from './describe-statement.js';

const API = '@opentelemetry/api';
type Api = typeof import('@opentelemetry/api');

let api: Promise<Api | undefined> | undefined;

/**
 * Gives every statement a span, where the package `@opentelemetry/api` is installed; where it is
 * not, it does nothing. Names and attributes follow OpenTelemetry's semantic conventions for
 * PostgreSQL; bound values and texts of errors, which may repeat values, are never part of a span.
 *
 * @returns Whether statements are traced.
 * @see https://opentelemetry.io/docs/specs/semconv/db/postgresql/
 * @example
 * await traceQueries(db.engine);
 */
export async function traceQueries(engine: Engine): Promise<boolean> {
  api ??= findApi();
  const found = await api;
  if (found === undefined) return false;
  engine.instrument(spanHook(found, engine.kind), recordingCheck(found));
  return true;
}

async function findApi(): Promise<Api | undefined> {
  try {
    return await import('@opentelemetry/api');
  } catch (error) {
    // Not installed: nobody asked for spans.
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes(`'${API}'`)
  );
}

/**
 * The package is often there because something else needs it. Without an SDK it would only make
 * spans of nothing, at the price of another way through the engine.
 */
function recordingCheck({ trace, ProxyTracerProvider }: Api): () => boolean {
  const nobody = new ProxyTracerProvider().getDelegate();
  return () => {
    const provider = trace.getTracerProvider();
    return !(provider instanceof ProxyTracerProvider) || provider.getDelegate() !== nobody;
  };
}

function spanHook({ trace, SpanKind, SpanStatusCode }: Api, kind: Engine['kind']): StatementHook {
  const tracer: Tracer = trace.getTracer('plinth');
  return async (statement, send) => {
    const { summary, text } = describeStatement(statement);
    const attributes = {
      'db.system.name': 'postgresql',
      ...(kind === 'server' ? addressOf(statement) : {}),
      ...(statement.server.database === undefined
        ? {}
        : { 'db.namespace': statement.server.database }),
      'db.query.summary': summary,
      'db.query.text': text,
    };
    const span = tracer.startSpan(summary, { kind: SpanKind.CLIENT, attributes });
    try {
      return await send();
    } catch (error) {
      span.setAttributes(errorAttributes(error)).setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  };
}

function addressOf({ server: { host, port } }: SentStatement): Attributes {
  // The path of a Unix socket has no port.
  return host.startsWith('/')
    ? { 'server.address': host }
    : { 'server.address': host, 'server.port': port };
}

function errorAttributes(error: unknown): Attributes {
  const state = sqlStateOf(error);
  if (state !== undefined) return { 'error.type': state, 'db.response.status_code': state };
  if (!(error instanceof Error)) return { 'error.type': '_OTHER' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { 'error.type': code ?? error.name };
}
