// The shape of an example: models of one feature that Drizzle's documentation describes.

export interface Example {
  /** What a file of models would export. */
  readonly models: Readonly<Record<string, unknown>>;
  /** SQL of what is there already and is no model of the example's. */
  readonly prelude?: string;
  /** The oldest major that knows what it uses. Default: any. */
  readonly since?: number;
}

/** Examples of one page of the documentation, by what they show. */
export type Examples = Readonly<Record<string, Example>>;
