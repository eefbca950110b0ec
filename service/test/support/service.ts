// Runs the service for a test file, on the embedded database or on a database of the run's server,
// and calls it over real HTTP. Every answer is searched for words of the database.

import type { Database } from 'plinth';
import { afterAll, beforeAll, expect } from 'vitest';
import { useDatabase } from '../../../test/support/database.js';
import { type AppParts, buildApp } from '../../src/app.js';
import type { Authentication } from '../../src/auth/authentication.js';
import { readSettings } from '../../src/settings.js';
import type { Tenancy } from '../../src/tenancy.js';
import { connectEither, type Upgraded, upgradeService } from './upgraded-database.js';

/** The databases on which everything must be the same. */
export const DATABASES = ['embedded', 'server'] as const;
export type DatabaseKind = (typeof DATABASES)[number];

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; `undefined` at run time when there is none. */
  readonly body: AnswerBody;
}

/** The members of bodies that tests read by name. */
export interface AnswerBody {
  readonly id: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly errors?: readonly { readonly detail: string; readonly pointer: string }[];
}

export interface Service {
  readonly db: Database;
  readonly url: string;
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
}

export const QUIET_SETTINGS: AppParts['settings'] = {
  logLevel: 'silent',
  allowedOrigins: [],
  dbEcho: false,
  documents: readSettings({}).documents,
  retention: { ...readSettings({}).retention, interval: 0 },
};

const OPEN: Authentication = { authenticator: undefined, required: false };

const NO_KEYS: Tenancy = {
  refusals: [],
  keyring: undefined,
  damagedDataKeys: [],
  isBoundary: false,
};

/** Gives a suite the service on an upgraded database; usable inside tests and hooks. */
export function useService(
  kind: DatabaseKind,
  settings: Partial<AppParts['settings']> = {},
  authentication = OPEN,
): Service {
  const database = kind === 'server' ? useDatabase() : { url: 'pglite://memory' };
  let running: RunningApp | undefined;
  let db: Database | undefined;
  beforeAll(async () => {
    db = await connectEither(database.url);
    running = await runApp(db, await upgradeService(db), settings, authentication);
  });
  afterAll(async () => {
    await running?.close();
    await db?.close();
  });
  return {
    get db() {
      return started(db);
    },
    get url() {
      return started(running).url;
    },
    call: (method, path, body, headers) =>
      callUrl(`${started(running).url}${path}`, method, body, headers),
  };
}

export interface RunningApp {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves an open database on a free port. */
export async function runApp(
  db: Database,
  upgraded: Upgraded,
  settings: Partial<AppParts['settings']> = {},
  authentication = OPEN,
  tenancy = NO_KEYS,
): Promise<RunningApp> {
  const app = await buildApp({
    settings: { ...QUIET_SETTINGS, ...settings },
    db,
    ...upgraded,
    authentication,
    tenancy,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, close: async () => await app.close() };
}

/** Sends a body as JSON; text is sent as it is. */
export async function callUrl(
  url: string,
  method: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const type = payload === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(url, {
    method,
    headers: { ...type, ...headers },
    ...(payload === undefined ? {} : { body: payload }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
  if (response.status >= 400) expectNoDatabaseWords(text);
  const parsed: AnswerBody = isJson ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, text, body: parsed };
}

/** What a client has to be told: the package that the server lacks. */
const NO_VECTORS = /Documents are not served: the PostgreSQL server has no pgvector[^"]*/;

function expectNoDatabaseWords(text: string): void {
  expect(text.replace(NO_VECTORS, '')).not.toMatch(
    /\b(select|insert|update|delete)\b.*\b(from|into|set|where)\b|relation|constraint|violates|syntax|postgres|pg_|sqlstate| at .*\.js:/i,
  );
}

/** Checks the shape of a problem and that it names its request; returns its `errors`. */
export function expectProblem(answer: Answer, status: number, title: string) {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const isValidation = title === 'Validation failed';
  expect(answer.body).toMatchObject({
    type: isValidation ? 'urn:plinth:problem:validation' : 'about:blank',
    title,
    status,
    detail: expect.stringMatching(/\.$/),
    instance: `urn:uuid:${answer.headers.get('x-request-id')}`,
  });
  const { errors } = answer.body;
  expect(errors !== undefined).toBe(isValidation);
  return errors ?? [];
}

export function started<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('it exists only inside tests and their hooks');
  return value;
}
