// A limit on how long to wait for something that may never end.

/** Why the work failed, or that it took too long; `undefined` when it ended well. */
export async function withinTime(work: Promise<unknown>, timeoutMs: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<unknown>((resolve) => {
    timer = setTimeout(() => resolve(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  });
  const done = work.then(
    () => undefined,
    (error: unknown) => error ?? new Error('it failed'),
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}
