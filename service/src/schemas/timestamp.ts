// A moment in answers.

import { z } from 'zod';

/** RFC 3339 with an offset and microseconds. */
export const timestampSchema = z
  .string()
  .refine((value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d$/.test(value))
  .meta({ format: 'date-time', examples: ['2026-11-20T09:30:00.123456+00:00'] });
