// Ends this process when the `npm start` above it has gone. npm hands a signal to the shell it
// runs a script in, and that shell dies without handing it on; the service would live on, holding
// its port and its database, with nobody left to stop it.

import { readFileSync } from 'node:fs';
import process from 'node:process';

const LOOK_EVERY_MS = 250;

/** Watches the shell and the npm above it; does nothing when npm did not start this process. */
export function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  const timer = setInterval(() => {
    if (process.ppid === shell && parentOf(shell) === npm) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS);
  timer.unref();
}

/** Field 4 of /proc/PID/stat (proc(5)); `undefined` where there is no /proc. */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name, field 2, may hold spaces and brackets: count from its last bracket.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  } catch {
    return undefined;
  }
}
