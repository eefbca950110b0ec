// `plinth history`: the revisions, newest first, as a list or as a tree. It asks the database only
// where a person asks for what is current.

import {
  drawHistory,
  type Revision,
  type RevisionRange,
  resolveRange,
} from '../../revisions/index.js';
import { type Describer, describer } from '../describe-revision.js';
import { asksDatabase } from '../named-revisions.js';
import { type History, openHistory } from '../open-history.js';
import { printWarnings } from '../print-notes.js';
import { printParagraphs } from '../print-revisions.js';
import type { Report } from '../report.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export interface HistoryOptions {
  /** `a:b`. */
  readonly revRange?: string;
  /** Whether it is drawn as a tree. */
  readonly graph?: boolean;
  readonly verbose?: boolean;
  readonly indicateCurrent?: boolean;
}

/** @throws PlinthError as `resolveRange`. */
export async function historyCommand(
  terminal: Terminal,
  shared: SharedOptions,
  options: HistoryOptions,
): Promise<Report> {
  const { revRange, indicateCurrent = false } = options;
  const asked = revRange !== undefined && asksDatabase(revRange);
  const history = await openHistory(terminal, shared, indicateCurrent || asked);
  const shown = [...chosen(history, revRange)].reverse();
  const describe = describer(indicateCurrent ? history : { ...history, current: undefined });
  const { warnings } = history;
  return {
    data: { revisions: shown.map(describe.data), warnings },
    print: (to) => {
      printWarnings(to, warnings);
      if (history.graph.revisions.length === 0) to.out('no revisions yet');
      print(to, history, shown, describe, options);
    },
  };
}

function print(
  terminal: Terminal,
  { graph }: History,
  shown: readonly Revision[],
  describe: Describer,
  { graph: asTree = false, verbose = false }: HistoryOptions,
): void {
  if (verbose) {
    printParagraphs(terminal, shown, describe);
    return;
  }
  const lines = asTree
    ? drawHistory(graph, shown, { label: describe.line, ascii: !readsUnicode(terminal) })
    : shown.map((revision) => lineOf(revision, describe));
  for (const line of lines) terminal.out(line);
}

/** What a terminal can show is said by its locale, where it says anything. */
function readsUnicode({ env }: Terminal): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || 'UTF-8';
  return /utf-?8/i.test(locale);
}

function chosen(
  { graph, applied }: History,
  range: string | undefined,
): RevisionRange['revisions'] {
  return range === undefined ? graph.revisions : resolveRange(graph, range, applied).revisions;
}

function lineOf(revision: Revision, describe: Describer): string {
  const parents = revision.revises.length === 0 ? 'base' : revision.revises.join(', ');
  return `${parents} -> ${describe.line(revision)}`;
}
