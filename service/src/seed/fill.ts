// Fills the service with sample data through its own API, as any client would.

import { z } from 'zod';
import type { Scope } from '../auth/caller.js';
import type { NewDocument } from '../schemas/document.js';
import { StartError } from '../start-error.js';
import type { SampleEnhancement, SampleTenant } from './sample-data.js';

/** The service, and tokens for it. */
export interface Target {
  readonly url: string;
  tokenOf(tenant: string | undefined, scopes: readonly Scope[]): Promise<string>;
}

export interface Filled {
  readonly tenant: string;
  readonly name: string;
  /** Enhancements and documents that were made now; those of an earlier run stay as they are. */
  readonly enhancements: number;
  /** None where the service has none. */
  readonly documents: number | undefined;
}

/** @throws StartError where the service refuses something. */
export async function fillTenant(target: Target, sample: SampleTenant): Promise<Filled> {
  const { tenant, enhancements, documents } = sample;
  const admin = await target.tokenOf(undefined, ['admin']);
  // One that is there already stays as it is.
  await send(target, admin, 'POST', '/api/tenants', tenant, [409]);
  const own = await target.tokenOf(tenant.tenant_id, ['tenant:read', 'tenant:write']);
  return {
    tenant: tenant.tenant_id,
    name: tenant.name,
    enhancements: await countMade(enhancements, (one) => fillEnhancement(target, own, one)),
    documents: await fillDocuments(target, own, documents),
  };
}

/** One after another, so that lists show them in this order. */
async function countMade<Sample>(
  samples: readonly Sample[],
  fill: (sample: Sample) => Promise<boolean>,
): Promise<number> {
  let made = 0;
  for (const sample of samples) {
    if (await fill(sample)) made += 1;
  }
  return made;
}

async function fillEnhancement(
  target: Target,
  token: string,
  { begin, end }: SampleEnhancement,
): Promise<boolean> {
  const query = new URLSearchParams({ ticket_id: begin.ticket_id, limit: '1' });
  const known = listSchema.parse(await send(target, token, 'GET', `/api/enhancements?${query}`));
  if (known.length > 0) return false;
  const { id } = madeSchema.parse(await send(target, token, 'POST', '/api/enhancements', begin));
  if (end !== undefined) await send(target, token, 'PATCH', `/api/enhancements/${id}`, end);
  return true;
}

/** None where the database has no vectors. */
async function fillDocuments(
  target: Target,
  token: string,
  documents: readonly NewDocument[],
): Promise<number | undefined> {
  const answer = await send(target, token, 'GET', `${DOCUMENTS}?limit=200`, undefined, [503]);
  const known = titlesSchema.safeParse(answer).data;
  if (known === undefined) return undefined;
  const titles = new Set(known.map(({ title }) => title));
  return await countMade(documents, async (document) => {
    if (titles.has(document.title)) return false;
    await send(target, token, 'POST', DOCUMENTS, document);
    return true;
  });
}

const DOCUMENTS = '/api/documents';
const listSchema = z.array(z.unknown());
const titlesSchema = z.array(z.object({ title: z.string() }));
const madeSchema = z.object({ id: z.string() });
const problemSchema = z.object({ detail: z.string() });

async function send(
  { url }: Target,
  token: string,
  method: string,
  path: string,
  body?: object,
  accepted: readonly number[] = [],
): Promise<unknown> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (response.ok || accepted.includes(response.status)) return answer;
  const said = problemSchema.safeParse(answer).data?.detail ?? 'and does not say why';
  throw new StartError(`${method} ${path} was answered with ${response.status}: ${said}`, {
    hint: 'Look at the log of the service.',
  });
}
