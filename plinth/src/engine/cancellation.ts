// What an AbortSignal does to a statement: it is cancelled on the server, and its connection is
// given back only when the cancel can no longer hit anybody else.

import { PlinthError } from '../errors/index.js';

/** The part of an AbortSignal that is used: what stands in for one need not be an EventTarget. */
export interface CancelSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Asks the server to cancel what a connection runs; never rejects. */
export type Cancel = () => Promise<void>;

/**
 * Waits for a statement that was sent. On abort it is cancelled, and the wait goes on until both
 * the statement and the cancel request have ended.
 *
 * @returns Whether a cancel was sent, beside the result.
 * @throws PlinthError ENGINE_ABORTED when the abort is what ended the statement.
 */
export async function cancellable<Result>(
  signal: CancelSignal,
  cancel: Cancel,
  send: () => Promise<Result>,
): Promise<Result> {
  throwIfAborted(signal);
  let cancelled: Promise<void> | undefined;
  const onAbort = () => {
    cancelled = cancel();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await send();
  } catch (error) {
    throw signal.aborted ? abortedError(signal, error) : error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    await cancelled;
  }
}

/** @throws PlinthError ENGINE_ABORTED */
export function throwIfAborted(signal: CancelSignal | undefined): void {
  if (signal?.aborted === true) throw abortedError(signal, signal.reason);
}

export function abortedError(signal: CancelSignal, cause: unknown): PlinthError {
  const { reason } = signal;
  const why = reason instanceof Error ? `: ${reason.message}` : '';
  return new PlinthError('ENGINE_ABORTED', `the work was aborted${why}`, {
    hint: 'Nothing of an open transaction was kept; run it again if it is still wanted.',
    cause,
  });
}
