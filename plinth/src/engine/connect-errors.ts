// What a failed connection means: may it pass by itself, and what should a person do about it.

import { PlinthError } from '../errors/index.js';

interface ConnectFailure {
  /** An SQLSTATE or a code of the operating system. */
  readonly code: string | undefined;
  readonly message: string;
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
]);

const HINTS: Readonly<Record<string, string>> = {
  '28P01': 'Check the user and the password in the URL.',
  '28000': 'Check the user, and whether the server wants TLS: add ?sslmode=require to the URL.',
  '3D000': 'Create the database first, or correct its name in the URL.',
  '53300': 'Wait, lower the pool sizes, or raise max_connections on the server.',
  ECONNREFUSED: 'Start the server, or correct the host and port in the URL.',
  EAI_AGAIN: 'Check the name of the host in the URL and the name service.',
  ENOTFOUND: 'Check the name of the host in the URL.',
};

/** Whether an attempt to connect may succeed when it is made again without any change. */
export function canPass(error: unknown): boolean {
  const { code, message } = describeFailure(error);
  if (code === undefined) return /timeout|terminated unexpectedly/i.test(message);
  return PASSING_STATES.has(code) || PASSING_CODES.has(code) || code.startsWith('08');
}

/** Wraps what a driver threw while connecting to `where`, a URL without its password. */
export function connectFailed(where: string, error: unknown): PlinthError {
  const { code, message } = describeFailure(error);
  return new PlinthError('ENGINE_CONNECT_FAILED', `cannot connect to ${where}: ${message}`, {
    hint: HINTS[code ?? ''] ?? 'Check the URL, and that the server is reachable from here.',
    details: { code },
    cause: error,
  });
}

function describeFailure(error: unknown): ConnectFailure {
  // Node reports a host with several addresses as one error that holds an error for each.
  if (error instanceof AggregateError && error.errors.length > 0) {
    return describeFailure(error.errors[0]);
  }
  if (!(error instanceof Error)) return { code: undefined, message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { code, message: error.message };
}
