// Audit rows in answers, and what a list of them is asked for with.

import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { cursor, limit, moment } from './query.js';
import { tenantIdSchema } from './tenant-id.js';
import { text } from './text.js';
import { timestampSchema } from './timestamp.js';

export const AUDIT_ACTIONS = ['insert', 'update', 'delete', 'read'] as const;

const action = z.enum(AUDIT_ACTIONS);

export const auditRowSchema = z
  .object({
    tenant_id: z.string(),
    seq: z.int().min(1).meta({ description: 'Its number in the chain of its tenant.' }),
    occurred_at: timestampSchema,
    actor: z.string().nullable().meta({ description: 'Who did it; null where nobody said.' }),
    request_id: z.string().nullable(),
    role: z.string().meta({ description: 'The role that was logged in to PostgreSQL.' }),
    action: action.meta({ description: 'What was done; `read` is a secret that was decrypted.' }),
    table: z.string(),
    key: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The primary key of the row, without the tenant.' }),
    columns: z.array(z.string()).meta({
      description: 'Those that were given a value, that changed, or that were read.',
    }),
    changes: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'Old and new values, of the columns whose values are recorded.' }),
    hash: z.string().meta({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256, in hexadecimal.' }),
  })
  .meta({ id: 'AuditRow' });

export const auditListSchema = z.array(auditRowSchema).meta({ id: 'AuditList' });

/** Text to compare with: no trimming, it is found as it was recorded. */
const exactly = (description: string) => text(LIMITS.auditFilter).optional().meta({ description });

export const auditListQuerySchema = z.strictObject({
  limit,
  cursor,
  tenant_id: tenantIdSchema.optional().meta({
    description:
      'Only those of this tenant; the scope admin may name any. Where it is not given: those of the caller’s tenant, or of all tenants for who has the scope admin alone.',
  }),
  table: exactly('Only those about this table; with its schema where that is not public.'),
  action: action.optional().meta({ description: 'Only those of this action.' }),
  actor: exactly('Only what this actor did.'),
  request_id: exactly('Only what was done in this request.'),
  key: exactly('Only those about a row that has this value in its primary key.'),
  occurred_after: moment('Only those of this moment or later.'),
  occurred_before: moment('Only those before this moment.'),
});

/** What a cursor holds: the number of an audit row, and the words of its tenant's id. */
export const auditPositionSchema = z
  .tuple(
    [
      z
        .string()
        .regex(/^\d{1,15}$/)
        .transform(Number),
    ],
    z.string(),
  )
  .transform(([seq, ...words]) => ({ seq, tenant: words.join(' ') }))
  .refine(({ tenant }) => text(LIMITS.tenantId).safeParse(tenant).success && tenant.trim() !== '');

export type AuditRow = z.infer<typeof auditRowSchema>;
