// What keeps one chain from being read, in words; and what keeps all of them, which is an error.

import { causesOf } from '../errors/index.js';

/** Connections that fail or are refused, resources that ran out, a server that stops. */
const ABOUT_ALL = /^(?:08|28|53|57P|58)/;

/**
 * Why a chain cannot be read.
 *
 * @throws The error itself where it is not the database's about this chain.
 */
export function describeFailure(error: unknown): string {
  for (const cause of causesOf(error)) {
    const code: unknown = Reflect.get(cause, 'code');
    if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) continue;
    if (ABOUT_ALL.test(code)) break;
    return `${cause.message} (${code})`;
  }
  throw error;
}
