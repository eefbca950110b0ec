// Options that every command takes, before its name and after it.

export interface SharedOptions {
  /** Path of the configuration, instead of the nearest one. */
  readonly config?: string;
  /** URL of the database, instead of the one in the configuration. */
  readonly url?: string;
  /** Print one JSON document instead of lines. */
  readonly json?: true;
  /** `-x key=value`, for hooks and for `.ts` revisions. */
  readonly x?: Readonly<Record<string, string>>;
}
