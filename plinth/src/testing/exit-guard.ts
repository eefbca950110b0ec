// Runs clean-ups when the process ends, whichever way it ends (SIGKILL excepted). It listens
// only while there is something to clean up, and never keeps the process from ending.

type CleanUp = () => unknown;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const cleanUps = new Set<CleanUp>();

/**
 * Has `cleanUp` run when the process exits, by a signal or an uncaught exception too. It must be
 * synchronous: nothing else runs any more.
 *
 * @returns Takes the guard away again, for what was cleaned up in the ordinary way.
 */
export function guardExit(cleanUp: CleanUp): () => void {
  if (cleanUps.size === 0) listen();
  cleanUps.add(cleanUp);
  return () => {
    if (cleanUps.delete(cleanUp) && cleanUps.size === 0) unlisten();
  };
}

function listen(): void {
  process.on('exit', cleanUpAll);
  for (const signal of SIGNALS) process.on(signal, endBySignal);
}

function unlisten(): void {
  process.off('exit', cleanUpAll);
  for (const signal of SIGNALS) process.off(signal, endBySignal);
}

function cleanUpAll(): void {
  // The latest first: a server ends before its folder goes.
  const pending = [...cleanUps].reverse();
  cleanUps.clear();
  unlisten();
  for (const cleanUp of pending) cleanUp();
}

function endBySignal(signal: NodeJS.Signals): void {
  // Somebody else listens too and decides how the process ends; `exit` follows then.
  if (process.listenerCount(signal) > 1) return;
  cleanUpAll();
  process.kill(process.pid, signal);
}
