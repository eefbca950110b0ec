// The process of `npm run seed`: fills two tenants through the API, and prints how to look at them.

import process from 'node:process';
import { describeFailure } from './describe-failure.js';
import { readEnvironment } from './env-file.js';
import { bearLostReader } from './lost-reader.js';
import { fillTenant } from './seed/fill.js';
import { addressOf, openTarget } from './seed/open-target.js';
import { SAMPLE_TENANTS } from './seed/sample-data.js';
import { readSettings } from './settings.js';

// Whoever reads the output may have read enough.
bearLostReader(process.stdout);
try {
  await seed();
} catch (error) {
  process.stderr.write(describeFailure(error, false));
  process.exitCode = 1;
}

async function seed(): Promise<void> {
  const environment = readEnvironment(process.env, process.cwd());
  const settings = readSettings(environment);
  const target = await openTarget(settings, environment, process.cwd());
  try {
    for (const sample of SAMPLE_TENANTS) {
      const { tenant, name, enhancements, documents } = await fillTenant(target, sample);
      const texts =
        documents === undefined ? 'no documents: none are served' : `${documents} new documents`;
      const made = `${enhancements} new enhancements, ${texts}`;
      write(`seeded  ${tenant.padEnd(7)} ${name}, ${made}`);
    }
  } finally {
    await target.close();
  }
  write('');
  write(
    target.isOwn
      ? 'Start the service (npm start), then look as each tenant:'
      : 'Look as each tenant:',
  );
  for (const { tenant } of SAMPLE_TENANTS) {
    write('');
    write(`  curl -s ${addressOf(settings)}/api/enhancements \\`);
    write(`       -H "Authorization: Bearer ${target.commandOf(tenant.tenant_id)}"`);
  }
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
