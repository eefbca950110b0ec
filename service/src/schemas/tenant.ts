// Tenants in requests and answers: one schema each for validation, types and OpenAPI. Secrets are
// only in requests; answers say whether there is one.

import { z } from 'zod';
import { JSON_BYTES, LIMITS } from '../limits.js';
import { jsonObject } from './json.js';
import { cursor, limit } from './query.js';
import { tenantIdSchema } from './tenant-id.js';
import { text, trimmedText } from './text.js';
import { timestampSchema } from './timestamp.js';

const name = trimmedText(LIMITS.tenantName);
const servicedeskUrl = text(LIMITS.servicedeskUrl)
  .refine(isHttpUrl, { error: 'must be an http or https URL without a password' })
  .meta({
    format: 'uri',
    pattern: '^[Hh][Tt][Tt][Pp][Ss]?://[^\\s\\p{C}]+$',
    description: 'An http or https URL without a user and a password.',
  })
  .nullable();
const secret = text(LIMITS.secret)
  .nullable()
  .meta({ writeOnly: true, description: 'Stored encrypted and never sent back.' });
const preferences = jsonObject(JSON_BYTES.preferences);

export const tenantSchema = z
  .object({
    id: z.guid(),
    tenant_id: tenantIdSchema,
    name,
    servicedesk_url: z.string().nullable(),
    has_servicedesk_api_key: z.boolean(),
    has_webhook_signing_secret: z.boolean(),
    enhancement_preferences: preferences,
    created_at: timestampSchema,
    updated_at: timestampSchema,
  })
  .meta({ id: 'Tenant' });

export const tenantListSchema = z.array(tenantSchema).meta({ id: 'TenantList' });

const changeable = {
  servicedesk_url: servicedeskUrl.optional(),
  servicedesk_api_key: secret.optional(),
  webhook_signing_secret: secret.optional(),
  enhancement_preferences: preferences.optional(),
};

export const newTenantSchema = z
  .strictObject({ tenant_id: tenantIdSchema, name, ...changeable })
  .meta({ id: 'NewTenant' });

export const tenantChangesSchema = z
  .strictObject({ name: name.optional(), ...changeable })
  .meta({ id: 'TenantChanges' });

export const tenantPathSchema = z.strictObject({ tenant_id: tenantIdSchema });

export const tenantListQuerySchema = z.strictObject({ limit, cursor });

export type Tenant = z.infer<typeof tenantSchema>;
export type NewTenant = z.infer<typeof newTenantSchema>;
export type TenantChanges = z.infer<typeof tenantChangesSchema>;

function isHttpUrl(value: string): boolean {
  // A URL's parser drops line ends; whoever puts the value into a request may not.
  if (!/^https?:\/\/[^\s\p{C}]+$/iu.test(value) || !URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return username === '' && password === '';
}
