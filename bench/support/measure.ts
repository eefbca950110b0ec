// Measuring side by side: contenders take turns within one run, and medians are compared, because
// the machine is shared and its speed drifts.

export interface Contender {
  readonly name: string;
  /** One operation. */
  run(): Promise<unknown>;
}

export interface Round {
  readonly name: string;
  /** Operations a second. */
  readonly throughput: number;
  /** Milliseconds of one operation: the median of all of a round. */
  readonly p50: number;
}

export interface MeasureOptions {
  /** Callers at once. */
  readonly callers: number;
  /** Operations of a round. */
  readonly operations: number;
  readonly rounds: number;
}

/** Each contender's median round, in the order they were given. */
export async function measure(
  contenders: readonly Contender[],
  options: MeasureOptions,
): Promise<readonly Round[]> {
  const rounds = new Map<string, Round[]>(contenders.map(({ name }) => [name, []]));
  for (const contender of contenders) await runRound(contender, options);
  for (let round = 0; round < options.rounds; round += 1) {
    // Whoever goes first meets another machine than whoever goes last: the order turns.
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const contender of order) {
      rounds.get(contender.name)?.push(await runRound(contender, options));
    }
  }
  return contenders.map(({ name }) => ({
    name,
    throughput: median((rounds.get(name) ?? []).map((round) => round.throughput)),
    p50: median((rounds.get(name) ?? []).map((round) => round.p50)),
  }));
}

async function runRound(
  { name, run }: Contender,
  { callers, operations }: MeasureOptions,
): Promise<Round> {
  const times: number[] = [];
  let left = operations;
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      const start = performance.now();
      await run();
      times.push(performance.now() - start);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = (performance.now() - start) / 1000;
  return { name, throughput: operations / seconds, p50: median(times) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Prints a ratio beside the figure it should reach, and marks the run when it does not. */
export function judge(what: string, ratio: number, wanted: { atLeast?: number; atMost?: number }) {
  const { atLeast, atMost } = wanted;
  const reached = ratio >= (atLeast ?? 0) && ratio <= (atMost ?? Number.POSITIVE_INFINITY);
  const goal = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
  console.log(`  ${reached ? '✓' : '✗'} ${what}: ${ratio.toFixed(2)} (wanted ${goal})`);
  if (!reached) process.exitCode = 1;
}

export function show(ms: number | undefined): string {
  return `${Math.round(ms ?? Number.NaN)} ms`;
}

export function ratio(a: number | undefined, b: number | undefined): number {
  return (a ?? Number.NaN) / (b ?? Number.NaN);
}
