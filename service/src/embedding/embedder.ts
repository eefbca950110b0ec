// What makes vectors of texts, as a port: the routes know this and nothing else of it.

export interface Embedder {
  /** Names what made the vectors; only vectors of one model can be compared. */
  readonly model: string;
  /**
   * One unit vector for each text, in their order, of as many dimensions as the table has.
   *
   * @throws EmbeddingFailed
   */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly (readonly number[])[]>;
}

/** `unavailable` passes by itself; for `unusable` somebody has to change a setting. */
export type EmbeddingFailureKind = 'unavailable' | 'unusable';

/** There are no vectors. The message says what came, and never a key, a URL or a text. */
export class EmbeddingFailed extends Error {
  override readonly name = 'EmbeddingFailed';
  readonly kind: EmbeddingFailureKind;
  /** Seconds after which to ask again, where the embedder said so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    kind: EmbeddingFailureKind,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterSeconds?: number | undefined } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.kind = kind;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
