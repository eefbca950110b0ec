// The process: settings in, service up, signals to an orderly end. The only file that exits.

import process from 'node:process';
import closeWithGrace from 'close-with-grace';
import { writeBanner } from './banner.js';
import { describeFailure } from './describe-failure.js';
import { readEnvironment } from './env-file.js';
import { readSettings, type Settings } from './settings.js';
import { type RunningService, startService } from './start.js';

/** Longer than the deadlines of the requests in flight and of the database together. */
const SHUTDOWN_DEADLINE_MS = 25_000;

let settings: Settings | undefined;
try {
  settings = readSettings(readEnvironment(process.env, process.cwd()));
  const service = await startService(settings);
  writeBanner(settings, service, process.stdout);
  endOnSignal(service);
} catch (error) {
  process.stderr.write(describeFailure(error, settings?.debug ?? false));
  process.exit(1);
}

/** Ends with 0 after an orderly end, with 1 on a second signal, a lost error or the deadline. */
function endOnSignal(service: RunningService): void {
  const { log } = service.app;
  const options: closeWithGrace.Options = {
    delay: SHUTDOWN_DEADLINE_MS,
    logger: false,
    onSecondSignal: (signal) => log.warn({ signal }, 'second signal: ends at once'),
    onSecondError: (error) => log.fatal({ err: error }, 'second error: ends at once'),
    onTimeout: (delayMs) => log.error({ delayMs }, 'the end took too long'),
  };
  closeWithGrace(options, async ({ signal, err }) => {
    if (err !== undefined) log.fatal({ err }, 'an error that nobody handled');
    else log.info({ signal }, 'shutting down');
    await service.stop();
    log.info('shut down');
  });
}
