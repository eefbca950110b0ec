// What a run of revisions is doing, in words: for the one line of a terminal that is drawn anew, and
// for the lines of a file or a pipe. Pure.

import type { MigrationProgress } from '../migrate/index.js';
import { plainLine } from './screen.js';

type Event<Kind extends MigrationProgress['kind']> = Extract<
  MigrationProgress,
  { readonly kind: Kind }
>;

/** A query of somebody else is told by its beginning. */
const MOST_QUERY = 60;

/** `45 ms`, `3.2 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** What was written into the ledger; the line stands for good. */
export function finishedText({ direction, revision, durationMs }: Event<'finished'>): string {
  return `${direction}  ${revision.id}  ${revision.message}  (${duration(durationMs)})`;
}

export function waitingText({ holder }: Event<'waiting'>): string {
  return `waiting for the migration lock: ${holder} holds it`;
}

export function recoveredText({ revision, what }: Event<'recovered'>): string {
  return `recovered  ${revision.id}  ${what}`;
}

export function retryingText(event: Event<'retrying'>): string {
  const { revision, line, attempt, attempts, blockers } = event;
  const why = blockers.length === 0 ? '' : `: ${blockersText(blockers)}`;
  return `retrying  ${revision.id}:${line}  no lock in attempt ${attempt} of ${attempts}${why}`;
}

export function unobservedText({ reason }: Event<'unobserved'>): string {
  return `note: what it waits for cannot be looked at: ${reason}`;
}

export function blockedText({ blockers }: Pick<Event<'blocked'>, 'blockers'>): string {
  return `waits for ${blockersText(blockers)}`;
}

function blockersText(blockers: Event<'blocked'>['blockers']): string {
  const [first, ...others] = blockers;
  if (first === undefined) return 'another session';
  const { pid, application, query, seconds } = first;
  const text = plainLine(query).replace(/\s+/g, ' ').trim();
  const shown = text.length > MOST_QUERY ? `${text.slice(0, MOST_QUERY)}…` : text;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const said = shown === '' ? '' : `, ${shown}`;
  return `process ${pid} (${application || 'unnamed'}, ${duration(seconds * 1000)}${said})${more}`;
}

/** `building index: scanning table 43 %`; empty where PostgreSQL says nothing. */
export function workingText({ phase, done, total }: Event<'working'>): string {
  return total > 0 ? `${phase} ${percent(done, total)}` : phase;
}

/** What was counted before may have grown meanwhile. */
function percent(done: number, total: number): string {
  return `${Math.min(100, Math.floor((done / total) * 100))} %`;
}

export function batchText({ name, allRows, total }: Event<'batch'>): string {
  if (!total) return `${name}: ${allRows} rows`;
  return `${name}: ${allRows} of ${total} rows (${percent(allRows, total)})`;
}

/** `2/5 CREATE INDEX …`: the first line of a statement, with its place among all of them. */
export function statementText(event: Event<'statement'>): string {
  const [first = ''] = event.text.trimStart().split('\n', 1);
  const text = plainLine(first).trim();
  return event.statements > 1 ? `${event.statement}/${event.statements} ${text}` : text;
}
