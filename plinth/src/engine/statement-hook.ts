// What may stand around every statement on its way to the server, for tracing. It changes nothing.

/** A statement about to be sent, without its values. */
export interface SentStatement {
  readonly text: string;
  /** Whether it came with bound values; without them the text may hold values itself. */
  readonly parameterized: boolean;
  /** What its connection was opened to. */
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly database: string | undefined;
  };
}

/** Must call `send` once, and pass on what it gives or throws. */
export type StatementHook = <Result>(
  statement: SentStatement,
  send: () => Promise<Result>,
) => Promise<Result>;
