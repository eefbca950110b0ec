// What an engine tells about itself: metrics through prom-client, spans through OpenTelemetry.

import { AsyncLocalStorage } from 'node:async_hooks';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { type Engine, engineMetrics, openEngine, traceQueries } from 'plinth';
import * as promClient from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';

const server = useDatabase();
const DATABASES = [
  { kind: 'server', url: () => server.url },
  { kind: 'embedded', url: () => 'pglite://memory' },
] as const;

describe.each(DATABASES)('metrics of an engine on the $kind', ({ kind, url }) => {
  let engine: Engine;
  let registry: promClient.Registry;
  let stop: () => void;

  beforeAll(async () => {
    engine = await openEngine({ url: url(), poolSize: 2, maxOverflow: 3 });
  });
  afterAll(async () => {
    await engine.close();
  });
  beforeEach(() => {
    registry = new promClient.Registry();
    stop?.();
    stop = engineMetrics(engine, promClient, { registry });
  });

  async function value(name: string, labels: object = {}): Promise<number | undefined> {
    const metrics = await registry.getMetricsAsJSON();
    const values = metrics.flatMap(
      (metric): readonly { value: number; labels: object; metricName?: string }[] =>
        metric.values.map((entry) => ({
          ...entry,
          metricName: 'metricName' in entry ? String(entry.metricName) : metric.name,
        })),
    );
    const found = values.find(
      (entry) =>
        entry.metricName === name && JSON.stringify(entry.labels) === JSON.stringify(labels),
    );
    return found?.value;
  }

  it('gauges read the pool when they are asked', async () => {
    const size = kind === 'server' ? 2 : 1;
    expect(await value('plinth_pool_size')).toBe(size);
    expect(await value('plinth_pool_max_overflow')).toBe(kind === 'server' ? 3 : 0);
    await engine.withConnection(async () => {
      expect(await value('plinth_pool_in_use')).toBe(1);
      expect(await value('plinth_pool_idle')).toBe(0);
      expect(await value('plinth_pool_waiting')).toBe(0);
    });
    expect(await value('plinth_pool_in_use')).toBe(0);
    expect(await value('plinth_pool_idle')).toBe(1);
  });

  it('histograms count waits, uses and statements', async () => {
    await engine.withConnection(async (connection) => {
      await connection.query('SELECT 1');
      await connection.query('SELECT 2');
    });
    expect(await value('plinth_pool_wait_seconds_count')).toBe(1);
    expect(await value('plinth_pool_checkout_seconds_count')).toBe(1);
    expect(await value('plinth_query_duration_seconds_count')).toBe(2);
    expect(await value('plinth_query_duration_seconds_sum')).toBeLessThan(10);
  });

  it.each([
    ['SELECT 1 / 0', '22'],
    ['SELECT nothing', '42'],
    ['DO $$ BEGIN RAISE unique_violation; END $$', '23'],
  ])('count the failure of %s by its class', async (text, errorClass) => {
    await expect(engine.query(text)).rejects.toThrow();
    expect(await value('plinth_query_errors_total', { class: errorClass })).toBe(1);
  });

  it('count what happens to the pool and to transactions', async () => {
    engine.emit('timeout', engine.pool);
    engine.emit('invalidate', { error: undefined });
    engine.emit('leak', { heldSeconds: 61, stack: '' });
    engine.emit('retry', { attempt: 1, error: undefined });
    engine.emit('connect', { pid: 1 });
    engine.emit('close', { reason: 'recycled' });
    engine.emit('query', { text: '', durationMs: 1, error: new Error('Connection terminated') });
    for (const name of [
      'pool_timeouts',
      'pool_invalidations',
      'pool_leaks',
      'transaction_retries',
      'pool_connections_opened',
    ]) {
      expect(await value(`plinth_${name}_total`), name).toBe(1);
    }
    expect(await value('plinth_pool_connections_closed_total', { reason: 'recycled' })).toBe(1);
    expect(await value('plinth_query_errors_total', { class: 'client' })).toBe(1);
  });

  it('can be named for a second engine, and end', async () => {
    const end = engineMetrics(engine, promClient, { registry, prefix: 'other_' });
    await engine.query('SELECT 1');
    end();
    await engine.query('SELECT 1');
    expect(await value('other_query_duration_seconds_count')).toBe(1);
    expect(await value('plinth_query_duration_seconds_count')).toBe(2);
  });
});

/** Carries the active span through `await`, as an SDK for Node does. */
class AsyncContext implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<Values extends unknown[], Work extends (...values: Values) => ReturnType<Work>>(
    active: Context,
    work: Work,
    self?: ThisParameterType<Work>,
    ...values: Values
  ): ReturnType<Work> {
    return this.#storage.run(active, () => work.call(self, ...values));
  }

  bind<Target>(_context: Context, target: Target): Target {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }
}

describe.each(DATABASES)('spans of an engine on the $kind', ({ kind, url }) => {
  const exporter = new InMemorySpanExporter();
  let engine: Engine;

  beforeAll(async () => {
    const provider = new BasicTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    });
    trace.setGlobalTracerProvider(provider);
    context.setGlobalContextManager(new AsyncContext());
    engine = await openEngine({ url: url() });
    expect(await traceQueries(engine)).toBe(true);
  });
  afterAll(async () => {
    await engine.close();
    trace.disable();
    context.disable();
  });
  beforeEach(() => exporter.reset());

  it('says what ran and where, without the values', async () => {
    await engine.query('SELECT $1::text AS secret', ['s3cret']);
    const [span, ...more] = exporter.getFinishedSpans();
    expect(more).toEqual([]);
    expect(span).toMatchObject({
      name: 'SELECT',
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
    });
    const { hostname, port } = new URL(server.url);
    expect(span?.attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.namespace': kind === 'server' ? server.name : 'postgres',
      'db.query.summary': 'SELECT',
      'db.query.text': 'SELECT $1::text AS secret',
      // The embedded database is in this process.
      ...(kind === 'server' ? { 'server.address': hostname, 'server.port': Number(port) } : {}),
    });
  });

  it('takes the literals out of a text without bound values', async () => {
    await engine.query(
      `/* for bob */ SELECT 's3cret', $$s3cret$$, 42, "a" FROM (SELECT 1 AS "a") t`,
    );
    expect(exporter.getFinishedSpans()[0]?.attributes['db.query.text']).toBe(
      'SELECT ?, ?, ?, "a" FROM (SELECT ? AS "a") t',
    );
  });

  it('says which error ended it, without its words', async () => {
    await expect(engine.query('SELECT $1::text::int', ['s3cret'])).rejects.toThrow('s3cret');
    const [span] = exporter.getFinishedSpans();
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(span?.attributes).toMatchObject({
      'error.type': '22P02',
      'db.response.status_code': '22P02',
    });
    expect(JSON.stringify([span?.attributes, span?.events])).not.toContain('s3cret');
  });

  it('belongs to the span that is active where it was asked for', async () => {
    const parent = trace.getTracer('test').startSpan('request');
    await context.with(trace.setSpan(context.active(), parent), async () => {
      await engine.withConnection(async (connection) => {
        await connection.query('BEGIN');
        await connection.query('COMMIT');
      });
    });
    parent.end();
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ name }) => name)).toEqual(['BEGIN', 'COMMIT', 'request']);
    const { spanId, traceId } = parent.spanContext();
    for (const span of spans.slice(0, 2)) {
      expect(span.parentSpanContext?.spanId).toBe(spanId);
      expect(span.spanContext().traceId).toBe(traceId);
    }
  });

  it('leaves the hook out while nobody would keep a span', async () => {
    let asked = 0;
    let wanted = false;
    const hook: Parameters<typeof engine.instrument>[0] = async (_statement, send) => {
      asked += 1;
      return await send();
    };
    engine.instrument(hook, () => wanted);
    await engine.query('SELECT 1');
    await engine.withConnection((connection) => connection.query('SELECT 1'));
    expect(asked).toBe(0);
    wanted = true;
    await engine.query('SELECT 1');
    await engine.withConnection((connection) => connection.query('SELECT 1'));
    expect(asked).toBe(2);
  });

  it('ends with the hook', async () => {
    engine.instrument(undefined);
    await engine.query('SELECT 1');
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});

it('is silent where OpenTelemetry is not installed, and everything works', async () => {
  const program = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(\`
      export async function resolve(specifier, context, next) {
        if (!specifier.startsWith('@opentelemetry/')) return await next(specifier, context);
        const error = new Error("Cannot find package '" + specifier + "' imported from here");
        throw Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' });
      }\`));
    const { openEngine, traceQueries } = await import('plinth');
    const engine = await openEngine({ url: process.env.URL });
    const traced = await traceQueries(engine);
    const { rows } = await engine.query('SELECT 1 AS one');
    process.stdout.write(JSON.stringify({ traced, rows }));
    await engine.close();`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { env: { ...process.env, URL: server.url }, cwd: import.meta.dirname },
  );
  expect(JSON.parse(stdout)).toEqual({ traced: false, rows: [{ one: 1 }] });
});
