// Which rows of the service go, and when: one source for the service and for plinth.config.ts, which
// loads it on every command, so it stays light.

import type { RetentionClass } from 'plinth/retention';

/** How long rows are kept: a whole number and a unit each. */
export interface RetentionTimes {
  readonly enhancements: string;
  /** Of the audit log; no shorter than what the log itself is made for. */
  readonly audit: string;
  /** Of deleted tasks, which can be restored as long. */
  readonly deletedTasks: string;
}

export const DEFAULT_TIMES: RetentionTimes = {
  enhancements: '90 days',
  audit: '6 years',
  deletedTasks: '30 days',
};

/** The audit log lets nobody remove what is younger. */
export const LEAST_AUDIT = '6 years';

/** What the variables say; they are checked where they are used. */
export function retentionTimesOf(
  environment: Readonly<Record<string, string | undefined>>,
): RetentionTimes {
  return {
    enhancements: environment.RETENTION_ENHANCEMENTS || DEFAULT_TIMES.enhancements,
    audit: environment.RETENTION_AUDIT || DEFAULT_TIMES.audit,
    deletedTasks: environment.RETENTION_DELETED_TASKS || DEFAULT_TIMES.deletedTasks,
  };
}

export function retentionClasses(times: RetentionTimes): readonly RetentionClass[] {
  return [
    {
      name: 'enhancements',
      table: 'enhancement_history',
      column: 'created_at',
      keep: times.enhancements,
      tenant: 'tenant_id',
    },
    { name: 'deleted_tasks', table: 'tasks', column: 'deleted_at', keep: times.deletedTasks },
    // They end after a day, whatever happens; uses of other keys take them away, too.
    { name: 'idempotency_keys', table: 'idempotency_keys', column: 'created_at', keep: '24 hours' },
    {
      name: 'audit',
      table: 'audit_log',
      column: 'occurred_at',
      keep: times.audit,
      tenant: 'tenant_id',
      prune: { function: 'audit_log_prune', order: 'seq', least: LEAST_AUDIT },
    },
  ];
}
