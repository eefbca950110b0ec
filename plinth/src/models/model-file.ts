// What goes into the emission of models and what comes out of it. Plain shapes, no work.

/** A file of models as its module was loaded. */
export interface ModelFile {
  /** The name it is known by in messages, such as its path. */
  readonly file: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** A statement of DDL and the model it was written for. */
export interface EmittedStatement {
  /** Without a closing semicolon. */
  readonly sql: string;
  readonly file: string;
  /** The export the model has in its file. */
  readonly name: string;
}

/** Where a model was found. */
export interface Origin {
  readonly file: string;
  readonly name: string;
}

/** A model and where it was found. */
export interface Located<Model> {
  readonly model: Model;
  readonly origin: Origin;
}
