// Which texts name a tenant, in tokens, paths and bodies alike. Only ASCII: no two ids look the
// same, and none needs an escape in a URL or a header.

import { z } from 'zod';

/** A letter or digit, then up to 99 of letters, digits, `.`, `_` and `-`. */
export const TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export const tenantIdSchema = z
  .string()
  .regex(TENANT_ID, {
    error: 'must be 1 to 100 letters, digits, ".", "_" or "-", and begin with a letter or a digit',
  })
  .meta({ description: 'Id of the tenant.', minLength: 1, maxLength: 100 });
