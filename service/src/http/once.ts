// Work that several may ask for, and that is done once.

/** Does the work when it is first asked for; everybody gets the same result. */
export function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
