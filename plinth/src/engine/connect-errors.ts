// What a failed connection means: may it pass by itself, and what should a person do about it.

import { isPlinthError, PlinthError } from '../errors/index.js';

/** A failure in the two things that are looked at. */
export interface ConnectFailure {
  /** An SQLSTATE or a code of the operating system. */
  readonly code: string | undefined;
  readonly message: string;
}

/** A server that answers and is not of the kind that target_session_attrs asks for. */
export class WrongServerError extends Error {
  readonly code = 'WRONG_SERVER';
}

/** SQLSTATEs of a server that refuses now and may accept later (PostgreSQL, appendix A). */
const PASSING_STATES: ReadonlySet<string> = new Set([
  '53300', // too_many_connections
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: starting up, or in recovery
]);

/** Codes of the operating system for a network or a server that is away for a while. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  // A container's name resolves only once that container runs.
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  // A failover that is under way ends with a server of that kind.
  'WRONG_SERVER',
]);

const NEEDS_ROOT =
  'Name the file with the certificate of its authority in sslrootcert, or correct it.';

const HINTS: Readonly<Record<string, string>> = {
  '28P01': 'Check the user and the password in the URL.',
  '28000': 'Check the user, and whether the server wants TLS: add ?sslmode=require to the URL.',
  '3D000': 'Create the database first, or correct its name in the URL.',
  '53300': 'Wait, lower the pool sizes, or raise max_connections on the server.',
  ECONNREFUSED: 'Start the server, or correct the host and port in the URL.',
  EAI_AGAIN: 'Check the name of the host in the URL and the name service.',
  ENOTFOUND: 'Check the name of the host in the URL.',
  WRONG_SERVER: 'Check target_session_attrs, and which of the hosts is the primary.',
  DEPTH_ZERO_SELF_SIGNED_CERT: NEEDS_ROOT,
  SELF_SIGNED_CERT_IN_CHAIN: NEEDS_ROOT,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NEEDS_ROOT,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NEEDS_ROOT,
  ERR_TLS_CERT_ALTNAME_INVALID:
    'Connect by the name that the certificate is for, or write sslmode=verify-ca.',
};

/** Whether pg-pool gave up waiting for a connection in use to come back. */
export function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('timeout exceeded');
}

/** Whether an attempt to connect may succeed when it is made again without any change. */
export function canPass(error: unknown): boolean {
  const { code, message } = failureOf(error);
  // Waiting for a free connection says nothing about the server.
  if (isPoolTimeout(error)) return false;
  if (code === undefined) return /timeout|terminated unexpectedly/i.test(message);
  return PASSING_STATES.has(code) || PASSING_CODES.has(code) || code.startsWith('08');
}

/** Codes of the operating system for a connection that broke while a statement was on its way. */
const BROKEN_CODES: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Whether the driver says that a connection broke; a server that ends a session says so itself. */
export function isBrokenConnection(error: Error): boolean {
  if ('code' in error && BROKEN_CODES.has(error.code)) return true;
  // node-postgres gives these no code.
  return /^Connection terminated|not queryable$/.test(error.message);
}

/**
 * Whether the server refused this way of connecting, with TLS or without it, and may accept the
 * other one: it has TLS off, or pg_hba.conf has no line for it. It says the latter from one place
 * only, which has a name in every language.
 */
export function refusesTls(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.message.includes('does not support SSL')) return true;
  if (!('code' in error && 'routine' in error)) return false;
  return error.code === '28000' && error.routine === 'ClientAuthentication';
}

/** Wraps what a driver threw while connecting to `where`, a URL without its password; once. */
export function connectFailed(where: string, error: unknown): PlinthError {
  if (error instanceof PlinthError) return error;
  const { code, message } = failureOf(error);
  return new PlinthError('ENGINE_CONNECT_FAILED', `cannot connect to ${where}: ${message}`, {
    hint: hintFor(code, message),
    details: { code },
    cause: error,
  });
}

/** What a driver's error says, looked for where Node and Plinth put it. */
export function failureOf(error: unknown): ConnectFailure {
  // Node reports a host with several addresses as one error that holds an error for each.
  if (error instanceof AggregateError && error.errors.length > 0) {
    return failureOf(error.errors[0]);
  }
  if (isPlinthError(error, 'ENGINE_CONNECT_FAILED')) return failureOf(error.cause);
  if (!(error instanceof Error)) return { code: undefined, message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { code, message: error.message };
}

function hintFor(code: string | undefined, message: string): string {
  if (message.includes('does not support SSL')) {
    return 'Turn TLS on at the server, or write sslmode=prefer or disable.';
  }
  if (message.startsWith('the password function')) {
    return 'Make the password function return the password as text.';
  }
  return HINTS[code ?? ''] ?? 'Check the URL, and that the server is reachable from here.';
}
