// Ends this process when the `npm start` above it has gone. npm hands a signal to the shell it
// runs a script in, and that shell dies without handing it on; the service would live on, holding
// its port and its database, with nobody left to stop it.

import { readFileSync } from 'node:fs';
import process from 'node:process';

const LOOK_EVERY_MS = 250;

/** Watches the npm above it, and a shell between; does nothing when npm did not start this. */
export function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  // Some shells run the command in their own place, and then npm itself is the parent.
  const npm = isNpm(parent) ? undefined : parentOf(parent);
  const timer = setInterval(() => {
    const lives = process.ppid === parent && (npm === undefined || parentOf(parent) === npm);
    if (lives) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS);
  timer.unref();
}

function isNpm(pid) {
  return /\bnpm\b/.test(read(`/proc/${pid}/cmdline`).split('\0').slice(0, 2).join(' '));
}

/** Field 4 of /proc/PID/stat (proc(5)); `undefined` where there is no /proc. */
function parentOf(pid) {
  const stat = read(`/proc/${pid}/stat`);
  // The program's name, field 2, may hold spaces and brackets: count from its last bracket.
  return stat === '' ? undefined : stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
