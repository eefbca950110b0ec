// The user that something belongs to, in answers.

import { z } from 'zod';

export const userIdSchema = z
  .guid()
  .nullable()
  .meta({ description: 'Who made it; null where the service wanted no token for that.' });
