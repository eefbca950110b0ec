import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Interruption } from './interruption.js';
import { stopSignals } from './stop-signals.js';

/** A process that is sent signals at given times, while work runs. */
async function send(signals: readonly (readonly [signal: string, atMs: number])[]) {
  const source = new EventEmitter();
  const told: string[] = [];
  let time = 0;
  const untilInterrupted = stopSignals({
    source,
    now: () => time,
    onStop: ({ status }) => told.push(`stop ${status}`),
    onSecond: ({ status }) => told.push(`end ${status}`),
  });
  const reason = await untilInterrupted(async (signal): Promise<unknown> => {
    for (const [name, at] of signals) {
      time = at;
      source.emit(name, name);
    }
    return signal.reason;
  });
  return { told, reason, left: source.eventNames() };
}

describe('signals while work runs', () => {
  it.each([
    ['none', [], []],
    ['Ctrl-C', [['SIGINT', 0]], ['stop 130']],
    ['an orderly end', [['SIGTERM', 0]], ['stop 143']],
    [
      'one Ctrl-C that npm hands on',
      [
        ['SIGINT', 0],
        ['SIGINT', 100],
      ],
      ['stop 130'],
    ],
    [
      'two',
      [
        ['SIGINT', 0],
        ['SIGINT', 900],
      ],
      ['stop 130', 'end 130'],
    ],
    [
      'one of each',
      [
        ['SIGINT', 0],
        ['SIGTERM', 900],
      ],
      ['stop 130', 'end 143'],
    ],
  ] as const)('%s', async (_, signals, expected) => {
    const { told, reason, left } = await send(signals);
    expect(told).toEqual(expected);
    expect(reason instanceof Interruption).toBe(expected.length > 0);
    // Afterwards they end the process again.
    expect(left).toEqual([]);
  });
});
