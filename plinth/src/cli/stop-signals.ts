// Turns the signals that ask a process to stop into an AbortSignal, while work runs that knows how
// to stop. Outside of it they end the process as always.

import type { EventEmitter } from 'node:events';
import { Interruption, STOP_SIGNALS, type StopSignal } from './interruption.js';
import type { Interruptible } from './terminal.js';

/**
 * npm hands the signal of a Ctrl-C on to a program that has it from the terminal already: within
 * this time it counts as the same.
 */
const SAME_PRESS_MS = 500;

interface StopSignalOptions {
  /** Who emits the signals: the process. */
  readonly source: Pick<EventEmitter, 'on' | 'off'>;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Called at the first signal. */
  readonly onStop: (interruption: Interruption) => void;
  /** Called at the second one; the process has to end then. */
  readonly onSecond: (interruption: Interruption) => void;
}

export function stopSignals(options: StopSignalOptions): Interruptible {
  const { source, now, onStop, onSecond } = options;
  return async (work) => {
    const stopping = new AbortController();
    let first: number | undefined;
    const onSignal = (signal: StopSignal) => {
      const interruption = new Interruption(signal);
      if (first === undefined) {
        first = now();
        onStop(interruption);
        stopping.abort(interruption);
      } else if (now() - first >= SAME_PRESS_MS) {
        onSecond(interruption);
      }
    };
    for (const signal of STOP_SIGNALS) source.on(signal, onSignal);
    try {
      return await work(stopping.signal);
    } finally {
      for (const signal of STOP_SIGNALS) source.off(signal, onSignal);
    }
  };
}
