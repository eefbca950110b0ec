// How retention reads: what would go and why, and what went.

import type {
  ClassOutcome,
  ClassPreview,
  RetentionOutcome,
  RetentionPreview,
} from '../retention/index.js';
import type { Interruption } from './interruption.js';
import type { Report } from './report.js';
import type { Terminal } from './terminal.js';

/** Tenants that are listed for a person; `--json` has all. */
const MOST_LISTED = 20;

export function reportPreview(preview: RetentionPreview): Report {
  return {
    data: preview,
    print: (to) => {
      for (const each of preview.classes) printPreview(to, each);
    },
  };
}

function printPreview(terminal: Terminal, preview: ClassPreview): void {
  const { name, due, isMore, owners, hint } = preview;
  terminal.out(`${name}: ${due === 0 ? 'nothing is due' : count(due, 'row', isMore)}`);
  terminal.out(`  ${reasonOf(preview)}`);
  const listed = owners.slice(0, MOST_LISTED);
  const width = Math.max(...listed.map(({ tenant = '' }) => tenant.length));
  for (const owner of listed) {
    const who = owner.tenant === undefined ? '' : `${owner.tenant.padEnd(width)}  `;
    terminal.out(
      `  ${who}${count(owner.due, 'row', owner.isMore)}, the oldest of ${shown(owner.oldest)}`,
    );
  }
  if (owners.length > listed.length) {
    terminal.out(`  and ${count(owners.length - listed.length, 'tenant')} more; --json lists all`);
  }
  if (hint !== undefined) terminal.error(`hint: ${name}: ${hint}`);
}

/** `tasks.deleted_at before 2026-10-23 17:00:00 UTC, kept for 30 days`, and its condition. */
function reasonOf({ table, column, keep, cutOff, where }: ClassPreview): string {
  const only = where === undefined ? '' : `, where ${where}`;
  return `${table}.${column} before ${shown(cutOff)}, kept for ${keep}${only}`;
}

/** Its status is 1 where rows could not be removed or replicas stayed behind. */
export function reportRetention(outcome: RetentionOutcome, interruption?: Interruption): Report {
  // A signal that came when all was done has stopped nothing.
  const stopped = outcome.state === 'stopped' ? interruption : undefined;
  return {
    data: outcome,
    print: (to) => printOutcome(to, outcome, stopped),
    status: stopped?.status ?? (isWell(outcome) ? 0 : 1),
  };
}

function isWell({ state, classes }: RetentionOutcome): boolean {
  const isThrough = state === 'done' || state === 'busy';
  return isThrough && classes.every(({ problems }) => problems.length === 0);
}

function printOutcome(terminal: Terminal, outcome: RetentionOutcome, stopped?: Interruption): void {
  const { state, holder = 'another one', classes } = outcome;
  if (state === 'busy') terminal.out(`nothing to do: ${holder} runs retention already`);
  for (const each of classes) printClass(terminal, each);
  const reasons = {
    done: undefined,
    busy: undefined,
    stopped: stopped?.message ?? `stopped: ${holder} runs retention now`,
    waiting: 'stopped: a replica stayed too far behind',
  };
  const reason = reasons[state];
  if (reason === undefined) return;
  terminal.error(reason);
  terminal.error('hint: Run the same command again: it goes on where this one was stopped.');
}

function printClass(
  terminal: Terminal,
  { name, removed, tenants, oldest, problems }: ClassOutcome,
) {
  const whose = tenants === 0 ? '' : ` of ${count(tenants, 'tenant')}`;
  const left = oldest === undefined ? '' : `; the oldest left is of ${shown(oldest)}`;
  terminal.out(`${name}: ${count(removed, 'row')}${whose} removed${left}`);
  for (const { tenant, message } of problems.slice(0, MOST_LISTED)) {
    terminal.error(`${name}${tenant === undefined ? '' : `, tenant ${tenant}`}: ${message}`);
  }
  if (problems.length > MOST_LISTED) {
    terminal.error(`${name}: ${problems.length - MOST_LISTED} more problems; --json lists all`);
  }
}

/** To the second, for a person. */
function shown(moment: string): string {
  return moment.replace(/^(.+)T(\d\d:\d\d:\d\d).*$/, '$1 $2 UTC');
}

function count(number: number, what: string, isMore = false): string {
  const text = String(number).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${isMore ? 'more than ' : ''}${text} ${what}${number === 1 ? '' : 's'}`;
}
