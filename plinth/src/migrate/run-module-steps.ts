// Runs a revision written as a module that makes its transactions itself, step by step, and goes
// on where an earlier run of it was interrupted.

import type { Connection } from '../engine/index.js';
import { isPlinthError, type PlinthError } from '../errors/index.js';
import type { MigrationProgress } from './migration-options.js';
import { moduleChanged, moduleFailed, reasonOf } from './module-failed.js';
import { loadModuleFunction } from './module-function.js';
import type { JournalledStep, StepEntry } from './module-journal.js';
import { type Fault, withModuleTransaction } from './module-transaction.js';
import type {
  BatchOptions,
  BatchWork,
  RevisionRunner,
  RevisionTransaction,
} from './revision-module.js';
import { runBatches } from './run-batches.js';
import type { ModuleRun } from './run-module.js';

/** What a module's steps stand on. */
export interface ModuleHost {
  readonly connection: Connection;
  /** The steps of an earlier run that was interrupted, in order. */
  readonly journal: readonly JournalledStep[];
  /**
   * Runs the work and writes the entry it returns, both in one transaction, which is begun again
   * when it cannot get a lock in time.
   */
  transaction(name: string, work: () => Promise<StepEntry>): Promise<void>;
  /** Writes an entry outside of any transaction. */
  append(entry: StepEntry): Promise<void>;
  readonly tell: (event: MigrationProgress) => void;
}

/**
 * Runs what is left of it, to the entry that says it is finished.
 *
 * @throws PlinthError MIGRATE_STATEMENT_FAILED, where the transaction of the step that failed is
 *   undone; MIGRATE_INTERRUPTED when the steps of an earlier run are not those of the file;
 *   MODULE_LOAD_FAILED.
 */
export async function runModuleSteps(host: ModuleHost, run: ModuleRun): Promise<void> {
  const call = await loadModuleFunction(run.revision, run.context.direction);
  const steps = new ModuleSteps(host, run);
  try {
    await call(steps.runner, run.context);
  } catch (error) {
    steps.fail(error);
  }
  const count = await steps.end();
  await host.append({ state: 'finished', step: count, steps: count });
}

class ModuleSteps {
  readonly runner: RevisionRunner = {
    transaction: (name, work) => this.#step(name, (step) => this.#transaction(step, work)),
    batches: (name, work, options = {}) =>
      this.#step(name, (step) => this.#batches(step, work, options)),
  };
  readonly #host: ModuleHost;
  readonly #run: ModuleRun;
  readonly #journal: ReadonlyMap<number, JournalledStep>;
  #count = 0;
  /** The step that runs. */
  #open: { readonly name: string; readonly end: Promise<void> } | undefined;
  #failure: PlinthError | undefined;

  constructor(host: ModuleHost, run: ModuleRun) {
    this.#host = host;
    this.#run = run;
    this.#journal = new Map(host.journal.map((step) => [step.step, step]));
  }

  /** What the module threw, or what one of its steps did before. */
  fail(error: unknown): void {
    this.#failure ??= isPlinthError(error) ? error : this.#fault(reasonOf(error), error);
  }

  /** @returns How many steps there were. */
  async end(): Promise<number> {
    if (this.#open !== undefined) {
      const { name, end } = this.#open;
      await end;
      this.fail(this.#fault(`it ended without having awaited its step "${name}"`));
    }
    // An error of a step that the module caught counts all the same.
    if (this.#failure !== undefined) throw this.#failure;
    const left = [...this.#journal.values()].find(({ step }) => step > this.#count);
    if (left !== undefined) throw this.#changed(`step ${left.step} "${left.name}" is gone`);
    // From now on every step is refused.
    this.#failure = this.#fault('a step was begun after its function had ended');
    return this.#count;
  }

  #step(name: string, work: (step: NamedStep) => Promise<void>): Promise<void> {
    if (this.#open !== undefined) {
      const reason = `the step "${name}" was begun while "${this.#open.name}" was still running`;
      this.fail(this.#fault(reason));
    }
    const ended = this.#failure === undefined ? this.#begin(name, work) : this.#refuse();
    // One that nobody awaits must not end the process: the failure is kept, and told at the end.
    ended.catch(() => undefined);
    return ended;
  }

  async #begin(name: string, work: (step: NamedStep) => Promise<void>): Promise<void> {
    this.#count += 1;
    const running = this.#runStep({ number: this.#count, name }, work);
    this.#open = { name, end: running.catch((error: unknown) => this.fail(error)) };
    try {
      await running;
    } finally {
      this.#open = undefined;
    }
  }

  async #refuse(): Promise<void> {
    throw this.#failure;
  }

  async #runStep(step: NamedStep, work: (step: NamedStep) => Promise<void>): Promise<void> {
    const { number, name } = step;
    const before = this.#journal.get(number);
    if (before !== undefined && before.name !== name) {
      throw this.#changed(`its step ${number} is "${name}" now, and was "${before.name}"`);
    }
    if (before?.ended === true) return;
    await work(step);
  }

  async #transaction(step: NamedStep, work: StepWork<void>): Promise<void> {
    const { number, name } = step;
    if (this.#journal.get(number)?.batch !== undefined) {
      throw this.#changed(`its step ${number} "${name}" is no longer one of batches`);
    }
    await this.#inTransaction(step, async (tx) => {
      await work(tx);
      return { state: 'step', step: number, steps: 0, observed: { name } };
    });
  }

  async #batches(step: NamedStep, work: BatchWork, options: BatchOptions): Promise<void> {
    const { number, name } = step;
    const { revision, context } = this.#run;
    const start = performance.now();
    await runBatches({
      step: number,
      name,
      work,
      options,
      last: this.#journal.get(number)?.batch,
      fault: this.#stepFault(step),
      transaction: (inside) => this.#inTransaction(step, inside),
      onBatch: (rows, { allRows, total }) => {
        const elapsedMs = performance.now() - start;
        const { direction } = context;
        this.#host.tell({
          kind: 'batch',
          direction,
          revision,
          name,
          rows,
          allRows,
          total,
          elapsedMs,
        });
      },
    });
  }

  #inTransaction(step: NamedStep, work: StepWork<StepEntry>): Promise<void> {
    const { connection } = this.#host;
    return this.#host.transaction(step.name, () =>
      withModuleTransaction(connection, this.#stepFault(step), work),
    );
  }

  readonly #fault: Fault = (reason, cause) => {
    const hint = 'Correct the file and run the command again: it goes on behind what has ended.';
    return moduleFailed(this.#run.revision, reason, { cause, hint });
  };

  #stepFault({ number, name }: NamedStep): Fault {
    return (reason, cause) => this.#fault(`step ${number} "${name}": ${reason}`, cause);
  }

  #changed(what: string): PlinthError {
    return moduleChanged(this.#run, what);
  }
}

interface NamedStep {
  readonly number: number;
  readonly name: string;
}

type StepWork<Result> = (tx: RevisionTransaction) => Promise<Result>;
