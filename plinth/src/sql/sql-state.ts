// Finds PostgreSQL's error code.

/** The SQLSTATE of an error that the server sent; `undefined` for any other. */
export function sqlStateOf(error: unknown): string | undefined {
  // Node's own codes can look like an SQLSTATE (EPIPE); only the server's errors have a severity.
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
