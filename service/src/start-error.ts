// Why the service cannot start, in words for the person who starts it.

export interface StartErrorOptions {
  /** One imperative sentence: what to do next. */
  readonly hint: string;
  readonly cause?: unknown;
}

export class StartError extends Error {
  override readonly name = 'StartError';
  readonly hint: string;

  constructor(message: string, { hint, cause }: StartErrorOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
  }
}
