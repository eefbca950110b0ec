// The settings of retention: how long rows are kept, and how often they are looked at.

import { isKeep } from 'plinth/retention';
import type { z } from 'zod';
import { DEFAULT_TIMES, LEAST_AUDIT, type RetentionTimes } from './retention-classes.js';
import { setting } from './setting.js';

export interface RetentionSettings {
  /** Seconds between two runs; 0 runs none here. */
  readonly interval: number;
  readonly times: RetentionTimes;
}

const ONE_DAY = 86_400;

export const retentionVariables = {
  RETENTION_INTERVAL: setting('seconds, from 0 to 86400', readInterval).default(3600),
  RETENTION_ENHANCEMENTS: time().default(DEFAULT_TIMES.enhancements),
  RETENTION_AUDIT: time(LEAST_AUDIT).default(DEFAULT_TIMES.audit),
  RETENTION_DELETED_TASKS: time().default(DEFAULT_TIMES.deletedTasks),
};

export function retentionSettingsOf(
  data: z.infer<z.ZodObject<typeof retentionVariables>>,
): RetentionSettings {
  return {
    interval: data.RETENTION_INTERVAL,
    times: {
      enhancements: data.RETENTION_ENHANCEMENTS,
      audit: data.RETENTION_AUDIT,
      deletedTasks: data.RETENTION_DELETED_TASKS,
    },
  };
}

function readInterval(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= ONE_DAY ? Number(text) : undefined;
}

function time(least?: string) {
  const bound = least === undefined ? '' : `, no less than ${least}`;
  const wanted = `a whole number and a unit, such as 90 days or 6 years${bound}, 1000 years at most`;
  return setting(wanted, (text) => (isKeep(text, least) ? text : undefined));
}
