// Options that every command takes, before its name.

export interface SharedOptions {
  /** Path of the configuration, instead of the nearest one. */
  readonly config?: string;
  /** URL of the database, instead of the one in the configuration. */
  readonly url?: string;
}
