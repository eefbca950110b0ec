// The process: settings in, service up, signals to an orderly end. The only file that exits.

import process from 'node:process';
import closeWithGrace from 'close-with-grace';
import { writeBanner } from './banner.js';
import { describeFailure } from './describe-failure.js';
import { readEnvironment } from './env-file.js';
import { bearLostReader } from './lost-reader.js';
import { readSettings, type Settings } from './settings.js';
import { type RunningService, startService } from './start.js';

/** Longer than the deadlines of the requests in flight and of the database together. */
const SHUTDOWN_DEADLINE_MS = 25_000;

const abandon = new AbortController();
let settings: Settings | undefined;
let starting: Promise<RunningService> | undefined;
let service: RunningService | undefined;

// A service whose log has lost its reader goes on without one.
bearLostReader(process.stdout);
// Before the start, because process 1 of a container ignores a signal that nobody handles.
endOnSignal();
try {
  settings = readSettings(readEnvironment(process.env, process.cwd()));
  starting = startService(settings, abandon.signal);
  service = await starting;
  writeBanner(settings, service, process.stdout);
} catch (error) {
  // The end of an abandoned start belongs to the signal that abandoned it.
  if (!abandon.signal.aborted) {
    complain(error);
    process.exit(1);
  }
}

function complain(error: unknown): void {
  process.stderr.write(describeFailure(error, settings?.debug ?? false));
}

/** Ends with 0 after an orderly end, with 1 on a second signal, a lost error or the deadline. */
function endOnSignal(): void {
  const options: closeWithGrace.Options = {
    delay: SHUTDOWN_DEADLINE_MS,
    logger: { error: (error) => fatal(error, 'the end failed') },
    // An empty event loop is no orderly end: Node says so with a status of its own.
    skip: ['beforeExit'],
    onSecondSignal: (signal) => service?.app.log.warn({ signal }, 'second signal: ends at once'),
    onSecondError: (error) => fatal(error, 'second error: ends at once'),
    onTimeout: (delayMs) => service?.app.log.error({ delayMs }, 'the end took too long'),
  };
  closeWithGrace(options, async ({ signal, err }) => {
    if (err !== undefined) fatal(err, 'an error that nobody handled');
    else if (service !== undefined) service.app.log.info({ signal }, 'shutting down');
    else process.stderr.write(`${signal}: the start ends after the revision at work\n`);
    abandon.abort();
    // What kept an abandoned start from its end meets the next start, too.
    const running = await starting?.catch(() => undefined);
    await running?.stop();
    running?.app.log.info('shut down');
  });
}

/** Before there is a log, standard error says it. */
function fatal(error: unknown, message: string): void {
  if (service === undefined) complain(error);
  else service.app.log.fatal({ err: error }, message);
}
