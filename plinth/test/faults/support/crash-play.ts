// A history that is run while something interrupts it: where each direction begins, what a whole
// run leaves, and how an interrupted and resumed one differs from that.

import type { Engine } from 'plinth';
import {
  downgrade,
  loadRevisions,
  type MigrationOptions,
  type MigrationOutcome,
  type RevisionGraph,
  upgrade,
} from 'plinth/migrate';
import { createDatabase, type TestDatabase } from 'plinth/testing';
import type { RevisionFolder } from '../../support/revision-folder.js';
import {
  type LedgerRow,
  type Picture,
  pictureFaults,
  readLedgerRows,
  readPicture,
} from './crash-picture.js';
import { type CrashStage, withEngine } from './crash-stage.js';
import { storyFaults } from './crash-story.js';

export type CrashDirection = 'upgrade' | 'downgrade';

/** The revision that a whole run goes to. */
export const WHOLE_RUN = { upgrade: 'head', downgrade: 'base' } as const;

/** What the server knows runs of this process by. */
export const RUNNER = 'crash runner';

export interface CrashPoint {
  readonly url: string;
  readonly direction: CrashDirection;
}

/** A database that is about to be upgraded or downgraded, or is half-way. */
export interface CrashCopy extends CrashPoint {
  /** Asks past everything that is made to fail. */
  ask<Value>(query: string, values?: readonly unknown[]): Promise<readonly Value[]>;
}

export type RunOptions = Omit<MigrationOptions, 'revisions'>;

interface Beginning {
  readonly template: TestDatabase;
  readonly ledger: readonly LedgerRow[];
  /** What a run from here to the end leaves, when nothing interrupts it. */
  readonly expected: Picture;
}

export class CrashPlay {
  readonly history: RevisionFolder;
  readonly #stage: CrashStage;
  readonly #graph: RevisionGraph;
  readonly #beginnings = new Map<CrashDirection, Promise<Beginning>>();

  private constructor(stage: CrashStage, history: RevisionFolder, graph: RevisionGraph) {
    this.#stage = stage;
    this.history = history;
    this.#graph = graph;
  }

  static async of(stage: CrashStage, history: RevisionFolder): Promise<CrashPlay> {
    return new CrashPlay(stage, history, await loadRevisions(history.folder));
  }

  /** Their ids, sorted. */
  get revisions(): readonly string[] {
    return this.#graph.revisions.map(({ id }) => id).toSorted();
  }

  /** Runs all revisions in this process. */
  async run(copy: CrashPoint, options: RunOptions = {}): Promise<MigrationOutcome> {
    return await withRunner(copy, (engine) => this.#run(engine, copy.direction, options));
  }

  /**
   * Lets something interrupt a run on a copy and finishes it with one more run.
   *
   * @returns What is not as if nobody had interrupted it.
   */
  async faultsAfter(
    direction: CrashDirection,
    crash: (copy: CrashCopy) => Promise<void>,
  ): Promise<readonly string[]> {
    const beginning = await this.#beginning(direction);
    const database = await this.#copy(beginning.template);
    const { url } = database;
    const ask = <Value>(query: string, values?: readonly unknown[]) =>
      withEngine(url, async (engine) =>
        (await engine.query<{ value: Value }>(query, values)).rows.map(({ value }) => value),
      );
    try {
      await crash({ url, direction, ask });
      return await this.#faultsOf({ url, direction }, beginning);
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    } finally {
      await database.drop();
    }
  }

  async #run(
    engine: Engine,
    direction: CrashDirection,
    options: RunOptions,
  ): Promise<MigrationOutcome> {
    const migrate = direction === 'upgrade' ? upgrade : downgrade;
    return await migrate(engine, WHOLE_RUN[direction], { ...options, revisions: this.#graph });
  }

  /** Finishes what was interrupted, and compares. */
  async #faultsOf(copy: CrashPoint, beginning: Beginning): Promise<readonly string[]> {
    return await withRunner(copy, async (engine) => {
      const interrupted = await engine.withConnection(readLedgerRows);
      await this.#run(engine, copy.direction, {});
      const finished = await engine.withConnection(readLedgerRows);
      return [
        ...rewritten(beginning.ledger, interrupted),
        ...rewritten(interrupted, finished),
        ...storyFaults(finished),
        ...pictureFaults(beginning.expected, await this.#picture(engine, copy.url)),
      ];
    });
  }

  #beginning(direction: CrashDirection): Promise<Beginning> {
    const known = this.#beginnings.get(direction) ?? this.#begin(direction);
    this.#beginnings.set(direction, known);
    return known;
  }

  async #begin(direction: CrashDirection): Promise<Beginning> {
    const template = await this.#copy(this.#stage.base);
    const { url } = template;
    if (direction === 'downgrade') await this.run({ url, direction: 'upgrade' });
    const whole = await this.#copy(template);
    const expected = await withRunner(whole, async (engine) => {
      await this.#run(engine, direction, {});
      return await this.#picture(engine, whole.url);
    });
    await whole.drop();
    const ledger = await withRunner(template, (engine) => engine.withConnection(readLedgerRows));
    return { template, ledger, expected };
  }

  #copy({ name }: TestDatabase): Promise<TestDatabase> {
    return createDatabase(this.#stage.server.url, { template: name });
  }

  #picture(engine: Engine, url: string): Promise<Picture> {
    return engine.withConnection((one) => readPicture(one, url, this.#stage.pgDump));
  }
}

function withRunner<Result>(
  { url }: { readonly url: string },
  work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  return withEngine(url, work, { applicationName: RUNNER });
}

/** What a ledger said once and says no more. */
function rewritten(before: readonly LedgerRow[], after: readonly LedgerRow[]): readonly string[] {
  const gone = before.filter(({ text }, index) => after[index]?.text !== text);
  return gone.map(({ text }) => `the ledger was rewritten: ${text}`);
}
