// Whose rows a request to an open route is about.

import type { FastifyRequest } from 'fastify';
import type { Owner } from '../db/owner.js';

/** Behind `callerIfRequired`: the caller where one is required, else everybody. */
export function ownerOf({ caller }: Pick<FastifyRequest, 'caller'>): Owner {
  return caller?.userId;
}
