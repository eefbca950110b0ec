// Finds the practice material, which lies outside of the repository, and tells how a suite went.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Judgement } from './judge-pair.js';

export interface Case {
  readonly name: string;
  readonly old: string;
  readonly fresh: string;
}

/**
 * The cases of a suite, a folder with an `old.sql` and a `new.sql` for each, by name. Only those
 * whose name matches PLINTH_PRACTICE_ONLY, where that is set.
 */
export function readSuite(suite: string): readonly Case[] {
  const { PLINTH_PRACTICE = '', PLINTH_PRACTICE_ONLY = '' } = process.env;
  const folder = join(PLINTH_PRACTICE, suite);
  const only = new RegExp(PLINTH_PRACTICE_ONLY);
  return readdirSync(folder)
    .filter((name) => only.test(name) && existsSync(join(folder, name, 'old.sql')))
    .sort()
    .map((name) => ({
      name,
      old: readFileSync(join(folder, name, 'old.sql'), 'utf8'),
      fresh: readFileSync(join(folder, name, 'new.sql'), 'utf8'),
    }));
}

/** How a suite went. Each failure is told at once, because a suite takes minutes. */
export class Scores {
  readonly #suite: string;
  readonly failures: string[] = [];
  unloadable = 0;
  counted = 0;
  good = 0;

  constructor(suite: string) {
    this.#suite = suite;
  }

  add(name: string, judgements: readonly Judgement[]): void {
    for (const { direction, verdict, cause } of judgements) {
      if (verdict === 'unloadable') {
        this.unloadable += 1;
        continue;
      }
      this.counted += 1;
      if (verdict === 'converges') {
        this.good += 1;
        continue;
      }
      const line = `${this.#suite}/${name} ${direction}: ${verdict}: ${cause}`;
      this.failures.push(line);
      process.stdout.write(`${line}\n`);
    }
  }

  report(): void {
    const percent = ((100 * this.good) / Math.max(1, this.counted)).toFixed(1);
    process.stdout.write(
      `${this.#suite}: ${this.good} of ${this.counted} converge (${percent} %), ` +
        `${this.unloadable} cases do not load\n`,
    );
  }
}
