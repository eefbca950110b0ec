// Finds PostgreSQL's error code, and what it means for the session.

/** The SQLSTATE of an error that the server sent; `undefined` for any other. */
export function sqlStateOf(error: unknown): string | undefined {
  // Node's own codes can look like an SQLSTATE (EPIPE); only the server's errors have a severity.
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Class 08 and 57P01 to 57P05 (PostgreSQL documentation, appendix A): the session has ended. */
export function endsSession(sqlstate: string): boolean {
  return sqlstate.startsWith('08') || sqlstate.startsWith('57P');
}
