// Limits on how long to wait for something that may never end.

/** Rejects when the work has not ended in time; the work itself goes on. */
export async function withDeadline<Result>(
  work: Promise<Result>,
  timeoutMs: number,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`no answer in ${Math.round(timeoutMs)} ms`);
    timer = setTimeout(() => reject(error), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Why the work failed, or that it took too long; `undefined` when it ended well. */
export async function withinTime(work: Promise<unknown>, timeoutMs: number): Promise<unknown> {
  return await withDeadline(work, timeoutMs).then(
    () => undefined,
    (error: unknown) => error ?? new Error('it failed'),
  );
}
