// Tells a person what a run of revisions is doing: on a screen one line that is drawn anew, in a file
// or a pipe a line where there is news. What has finished stands among the results.

import type { MigrationProgress } from '../migrate/index.js';
import * as text from './progress-text.js';
import { type ScreenLine, screenLine } from './screen.js';
import type { Terminal } from './terminal.js';

export interface ProgressReport {
  readonly onProgress: (event: MigrationProgress) => void;
  /** Leaves nothing behind on the screen. Call it whatever happened. */
  end(): void;
}

const DRAW_INTERVAL_MS = 200;
/** How long a statement runs before a pipe is told of it. */
const FIRST_TOLD_MS = 1000;
/** How often a pipe is told that the same work goes on. */
const TELL_INTERVAL_MS = 10_000;

export function reportProgress(terminal: Terminal): ProgressReport {
  return terminal.screen === undefined
    ? reportInLines(terminal)
    : reportOnScreen(terminal, screenLine(terminal.screen));
}

/** What the line on the screen says, but for the time. */
interface Doing {
  readonly what: string;
  readonly since: number;
  /** What it waits for, or how far it is. */
  readonly detail: string;
  readonly statement: string;
}

function reportOnScreen(terminal: Terminal, line: ScreenLine): ProgressReport {
  let doing: Doing | undefined;
  const draw = () => {
    if (doing === undefined) return;
    const elapsed = text.duration(performance.now() - doing.since);
    const parts = [doing.what, elapsed, doing.detail, doing.statement];
    line.draw(parts.filter((part) => part !== '').join('  '));
  };
  const timer = setInterval(draw, DRAW_INTERVAL_MS);
  // To be drawn is no reason for the process to live.
  timer.unref();
  return {
    onProgress: (event) => {
      const said = saidForGood(event);
      if (said !== undefined) {
        line.clear();
        said(terminal);
      }
      doing = doingAfter(doing, event);
    },
    end: () => {
      clearInterval(timer);
      line.clear();
    },
  };
}

/** How an event is printed that is still worth knowing when the run has ended. */
function saidForGood(event: MigrationProgress): ((terminal: Terminal) => void) | undefined {
  switch (event.kind) {
    case 'finished':
      return ({ out }) => out(text.finishedText(event));
    case 'recovered':
      return ({ error }) => error(text.recoveredText(event));
    case 'retrying':
      return ({ error }) => error(text.retryingText(event));
    case 'unobserved':
      return ({ error }) => error(text.unobservedText(event));
    default:
      return undefined;
  }
}

function doingAfter(before: Doing | undefined, event: MigrationProgress): Doing | undefined {
  const since = performance.now();
  const detailed = (detail: string) => before && { ...before, detail };
  switch (event.kind) {
    case 'waiting':
      return { what: text.waitingText(event), since, detail: '', statement: '' };
    case 'running':
      return { what: revisionText(event), since, detail: '', statement: '' };
    case 'statement':
      return {
        what: revisionText(event),
        since,
        detail: '',
        statement: text.statementText(event),
      };
    case 'blocked':
      return detailed(text.blockedText(event));
    case 'working':
      return detailed(text.workingText(event));
    case 'batch':
      return detailed(text.batchText(event));
    case 'retrying':
    case 'recovered':
    case 'unobserved':
      return detailed('');
    case 'finished':
      return undefined;
    default:
      return event satisfies never;
  }
}

function revisionText({
  direction,
  revision,
}: Pick<Extract<MigrationProgress, { kind: 'running' }>, 'direction' | 'revision'>): string {
  return `${direction}  ${revision.id}`;
}

function reportInLines(terminal: Terminal): ProgressReport {
  let last = { news: '', at: 0 };
  /** Says what goes on once, and again where it is still the same after a while. */
  const tell = (news: string, line: string) => {
    const now = performance.now();
    if (news === last.news && now - last.at < TELL_INTERVAL_MS) return;
    last = { news, at: now };
    terminal.error(line);
  };
  return {
    onProgress: (event) => {
      saidForGood(event)?.(terminal);
      switch (event.kind) {
        case 'waiting':
          terminal.error(text.waitingText(event));
          return;
        case 'blocked': {
          const who = event.blockers.map(({ pid }) => pid).join(' ');
          const place = `${event.revision.id}:${event.line}`;
          tell(`${place} ${who}`, `blocked  ${place}  ${text.blockedText(event)}`);
          return;
        }
        case 'working': {
          // What is quick is no news.
          if (event.elapsedMs < FIRST_TOLD_MS) return;
          const place = `${event.revision.id}:${event.line}`;
          const elapsed = text.duration(event.elapsedMs);
          const how = text.workingText(event);
          tell(`${place} ${event.phase}`, `working  ${place}  ${elapsed}  ${how}`.trimEnd());
          return;
        }
        case 'batch':
          tell(event.name, `working  ${event.revision.id}  ${text.batchText(event)}`);
          return;
        case 'running':
        case 'statement':
        case 'finished':
        case 'recovered':
        case 'retrying':
        case 'unobserved':
          return;
        default:
          event satisfies never;
      }
    },
    end: () => undefined,
  };
}
