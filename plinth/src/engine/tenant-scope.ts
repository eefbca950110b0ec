// Whom a statement speaks for: the tenant, who acts, and the role it is lowered to. All are bound
// values, set for one transaction only, never for a session and never in a statement's text.

import { PlinthError } from '../errors/index.js';
import type { Prelude } from './scoped-query.js';

declare const tenantIdBrand: unique symbol;

/** The id of a tenant that was checked. */
export type TenantId = string & { readonly [tenantIdBrand]: true };

/** The setting that policies read (see docs/tenant-scope.md). */
export const TENANT_SETTING = 'app.current_tenant_id';

/** The settings that audit rows take their actor and request id from (see docs/audit.md). */
export const ACTOR_SETTING = 'app.actor';
export const REQUEST_ID_SETTING = 'app.request_id';

/** Longest tenant id, in characters. */
export const TENANT_ID_MAX = 100;

/** Longest actor and request id, in characters: what is longer is cut. */
const NAME_MAX = 255;

/** Who does the work of a scope, for whoever records it. It gives no right. */
export interface Actor {
  /** Who acts, such as the subject of a token or the name of a job. */
  readonly actor?: string | undefined;
  readonly requestId?: string | undefined;
}

/** What is set around every statement of a scope. */
export interface Scope {
  readonly tenant: TenantId;
  /** Actor and request id, empty where there is none; `undefined` where there is neither. */
  readonly names: readonly [actor: string, requestId: string] | undefined;
  /** Role that takes the place of the connection's own; none leaves it. */
  readonly role: string | undefined;
}

/**
 * Checks a tenant id: a string of 1 to 100 characters, not only white space, without U+0000.
 *
 * @throws PlinthError ENGINE_TENANT_INVALID, before anything is sent.
 */
export function toTenantId(value: unknown): TenantId {
  if (isTenantId(value)) return value;
  throw new PlinthError('ENGINE_TENANT_INVALID', `a tenant id ${problemOf(value)}`, {
    hint: `Give db.tenant() a string of 1 to ${TENANT_ID_MAX} characters.`,
  });
}

function isTenantId(value: unknown): value is TenantId {
  return problemOf(value) === undefined;
}

function problemOf(value: unknown): string | undefined {
  if (typeof value !== 'string')
    return `is a string, not ${value === null ? 'null' : typeof value}`;
  if (value.trim() === '') return 'is not empty';
  if (value.includes('\u0000')) return 'holds no U+0000';
  if ([...value].length > TENANT_ID_MAX) return `has at most ${TENANT_ID_MAX} characters`;
  return undefined;
}

/** An actor as a scope has it. */
export function toNames({ actor, requestId }: Actor): Scope['names'] {
  if (actor === undefined && requestId === undefined) return undefined;
  return [toName(actor), toName(requestId)];
}

// It comes from outside, and must never be the reason that work fails.
function toName(value = ''): string {
  return [...value.replaceAll('\u0000', '')].slice(0, NAME_MAX).join('');
}

/** The statement that opens a scope; it holds until its transaction ends. */
export function scopePrelude({ tenant, names, role }: Scope): Prelude {
  const settings: (readonly [string, string])[] = [[TENANT_SETTING, tenant]];
  if (role !== undefined) settings.push(['role', role]);
  if (names !== undefined) settings.push([ACTOR_SETTING, names[0]], [REQUEST_ID_SETTING, names[1]]);
  const name = `plinth_tenant${role === undefined ? '' : '_role'}${names === undefined ? '' : '_names'}`;
  return { name, text: preludeText(name, settings), values: settings.map(([, value]) => value) };
}

const texts = new Map<string, string>();

/** The same name always has the same settings, so each text is put together once. */
function preludeText(name: string, settings: readonly (readonly [string, string])[]): string {
  const known = texts.get(name);
  if (known !== undefined) return known;
  const calls = settings.map(([setting], index) => `set_config('${setting}', $${index + 1}, true)`);
  const text = `SELECT ${calls.join(', ')}`;
  texts.set(name, text);
  return text;
}
