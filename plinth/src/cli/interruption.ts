// What asked a command to stop, and the exit status that tells so.

const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

export type StopSignal = keyof typeof STATUS;

export const STOP_SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];

/** The reason of an AbortSignal that a person or the system has raised. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  /** 128 and the number of the signal, as shells count. */
  readonly status: number;

  constructor(signal: StopSignal) {
    super(`stopped by ${signal}`);
    this.status = STATUS[signal];
  }
}
