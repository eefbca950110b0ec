// Opens an engine: reads the URL, opens the embedded database or reaches the server, and tries
// again where an error can pass.

import { checkOptions } from './check-options.js';
import { canPass } from './connect-errors.js';
import type { Engine } from './engine.js';
import type { EngineOptions } from './engine-options.js';
import { openServerEngine } from './server-engine.js';

const FIRST_BACK_OFF_MS = 200;
const LONGEST_BACK_OFF_MS = 5000;

/**
 * Opens an engine and proves that it connects. For queries with Drizzle, use `connect`.
 *
 * Errors that can pass (a server starting up, a refused connection, a network away) are tried
 * again, `connectRetries` times in all, with exponential back-off and full jitter.
 *
 * @throws PlinthError ENGINE_URL_INVALID or ENGINE_OPTION_INVALID, with everything that is wrong,
 *   before anything is opened; ENGINE_CONNECT_FAILED, ENGINE_EMBEDDED_LOCKED or ENGINE_EMBEDDED_FAILED.
 * @example
 * await using engine = await openEngine({ url: 'pglite://memory' });
 * const { rows } = await engine.query('SELECT $1::int AS one', [1]);
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { settings, target, ssl } = checkOptions(options);
  if (target.kind === 'embedded') {
    const { openEmbeddedEngine } = await import('./embedded-engine.js');
    return await openEmbeddedEngine(target, settings);
  }
  const open = () => openServerEngine(target, settings, ssl);
  try {
    return await open();
  } catch (error) {
    if (settings.connectRetries === 1 || !canPass(error)) throw error;
  }
  // Loaded only now: what connects at once, as nearly everything does, starts a little earlier.
  const { backOff } = await import('exponential-backoff');
  return await backOff(open, {
    numOfAttempts: settings.connectRetries - 1,
    delayFirstAttempt: true,
    startingDelay: FIRST_BACK_OFF_MS,
    maxDelay: LONGEST_BACK_OFF_MS,
    jitter: 'full',
    retry: (error) => canPass(error),
  });
}
