// What a start says: a few lines for a person, one record for a machine.

import type { Settings } from './settings.js';
import type { RunningService } from './start.js';

/** In production the log says it, because there every line is a JSON record. */
export function writeBanner(
  { appEnv }: Pick<Settings, 'appEnv'>,
  { app, report }: Pick<RunningService, 'app' | 'report'>,
  output: { write(text: string): unknown },
): void {
  const { url, database, revisions, tenants, documents } = report;
  if (appEnv === 'production') {
    app.log.info({ url, database, revisions, tenants, documents }, 'Plinth service listening');
    return;
  }
  output.write(
    [
      `Plinth service listening on ${url}`,
      `database   ${database}`,
      `revisions  ${revisions}`,
      `tenants    ${tenants}`,
      `documents  ${documents}`,
      `API page   ${url}/docs`,
      '',
    ].join('\n'),
  );
}
