// The process that is killed: it runs revisions with the public API of the package, tells its
// parent each event, and kills itself at the event it was told to.

import process from 'node:process';
import { isPlinthError, openEngine } from 'plinth';
import { downgrade, upgrade } from 'plinth/migrate';

// Nobody is left to kill it.
process.on('disconnect', () => process.exit(1));
process.once('message', (job) => void run(job));
process.send?.({ kind: 'ready' });

async function run({ url, folder, direction, target, killAt, options, application }) {
  const engine = await openEngine({ url, poolSize: 1, applicationName: application });
  let events = 0;
  const onProgress = (event) => {
    events += 1;
    if (events === killAt) process.kill(process.pid, 'SIGKILL');
    process.send?.({ kind: 'event', event: event.kind, revision: event.revision?.id ?? '' });
  };
  process.send?.({ kind: 'begun' });
  try {
    const migrate = direction === 'upgrade' ? upgrade : downgrade;
    const { ran } = await migrate(engine, target, { revisions: folder, onProgress, ...options });
    await end({ kind: 'done', ran: ran.map(({ id }) => id) });
  } catch (error) {
    const code = isPlinthError(error) ? error.code : '';
    await end({
      kind: 'failed',
      code,
      message: error instanceof Error ? error.message : `${error}`,
    });
  } finally {
    await engine.close();
    process.disconnect();
  }
}

/** Resolves when the parent has it. */
async function end(message) {
  await new Promise((resolve) => process.send?.(message, resolve));
}
