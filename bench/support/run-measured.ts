// Runs a Node program to its end and tells how long it took and how much memory it held at most.

import { spawnSync } from 'node:child_process';
import process from 'node:process';

const MARK = 'plinth-bench-maxrss=';
const HOOK = `process.on('exit', () => require('node:fs').writeSync(2, '${MARK}' + process.resourceUsage().maxRSS + '\\n'))`;

export interface Measured {
  readonly ms: number;
  /** The largest resident set, in megabytes. */
  readonly megabytes: number;
}

export interface RunPlace {
  readonly cwd?: string;
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** @throws Error when the program fails. */
export function runMeasured(args: readonly string[], { cwd, env }: RunPlace = {}): Measured {
  const start = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(asModule(HOOK))}`, ...args],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: 300_000,
      cwd,
      env: { ...process.env, ...env },
    },
  );
  const ms = performance.now() - start;
  const kilobytes = Number(new RegExp(`${MARK}(\\d+)`).exec(stderr)?.[1]);
  if (status !== 0 || Number.isNaN(kilobytes)) {
    throw new Error(`${args.join(' ')} ended with ${status}: ${stderr.slice(0, 2000)}`);
  }
  return { ms, megabytes: kilobytes / 1024 };
}

function asModule(script: string): string {
  return `import { createRequire } from 'node:module'; const require = createRequire('file:///'); ${script}`;
}
