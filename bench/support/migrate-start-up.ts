// How long whole processes take, in turns, so that both meet the same machine.

import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { median } from './measure.js';

const REPORT_CPU = fileURLToPath(new URL('migrate-report-cpu.cjs', import.meta.url));

export interface Program {
  readonly name: string;
  readonly args: readonly string[];
  /** The folder it runs in. */
  readonly cwd: string;
  /** What it must print, so that a program that does nothing is not the fastest. */
  readonly prints: RegExp;
}

export interface StartUp {
  readonly name: string;
  /** Milliseconds from the start to the end of the process: the median. */
  readonly ms: number;
  /** Milliseconds of processor time, of all its threads: the median. */
  readonly cpuMs: number;
}

/** @throws Error when a program fails or prints something else. */
export function startUps(
  programs: readonly Program[],
  rounds: number,
  env: Readonly<Record<string, string>>,
): readonly StartUp[] {
  const found = programs.map(({ name }) => ({ name, ms: [] as number[], cpuMs: [] as number[] }));
  // The round before the first fills the system's cache of files.
  for (let round = -1; round < rounds; round += 1) {
    const order = [...programs.keys()];
    for (const index of round % 2 === 0 ? order : order.reverse()) {
      const program = programs[index];
      if (program === undefined) continue;
      const { ms, cpuMs } = runOnce(program, env);
      if (round < 0) continue;
      found[index]?.ms.push(ms);
      found[index]?.cpuMs.push(cpuMs);
    }
  }
  return found.map(({ name, ms, cpuMs }) => ({ name, ms: median(ms), cpuMs: median(cpuMs) }));
}

function runOnce(program: Program, env: Readonly<Record<string, string>>) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', REPORT_CPU, ...program.args],
    { cwd: program.cwd, encoding: 'utf8', timeout: 60_000, env: { ...process.env, ...env } },
  );
  const ms = performance.now() - start;
  const cpuMs = Number(/plinth-bench-cpu=([\d.]+)/.exec(stderr)?.[1]);
  if (status !== 0 || Number.isNaN(cpuMs) || !program.prints.test(stdout)) {
    throw new Error(`${program.name} ended with ${status}: ${stdout}${stderr}`);
  }
  return { ms, cpuMs };
}
