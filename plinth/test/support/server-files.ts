// Changes files of a test server while it is stopped: its certificate, who may connect, whether it
// is a standby. It knows no statement.

import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PostgresServer, startPostgres } from 'plinth/testing';

/** A certificate of the fixtures. */
export function certificatePath(name: string): string {
  return fileURLToPath(new URL(`../fixtures/tls/${name}.crt`, import.meta.url));
}

export interface Access {
  /** The certificate to serve TLS with; none turns it off. */
  readonly certificate?: string;
  /** The lines of pg_hba.conf. */
  readonly lines: readonly string[];
}

/** Starts a server again with another certificate and other rules of access. */
export async function restartWith(
  server: PostgresServer,
  { certificate, lines }: Access,
): Promise<void> {
  await server.stop();
  const { dataDir } = server;
  if (certificate !== undefined) {
    for (const ending of ['crt', 'key']) {
      const target = join(dataDir, `server.${ending}`);
      copyFileSync(certificatePath(certificate).replace(/crt$/, ending), target);
      chmodSync(target, 0o600);
      giveTo(dataDir, target);
    }
  }
  const ssl = certificate === undefined ? 'off' : 'on';
  appendFileSync(join(dataDir, 'postgresql.auto.conf'), `ssl = ${ssl}\n`);
  writeFileSync(join(dataDir, 'pg_hba.conf'), `${lines.join('\n')}\n`);
  await server.start();
}

/** Starts a standby on a copy of a server's data. Remove it before that server. */
export async function startStandby(primary: PostgresServer): Promise<PostgresServer> {
  const dataDir = join(dirname(primary.dataDir), 'standby');
  await primary.stop();
  cpSync(primary.dataDir, dataDir, { recursive: true });
  await primary.start();
  writeFileSync(join(dataDir, 'standby.signal'), '');
  for (const path of readdirSync(dataDir, { recursive: true, encoding: 'utf8' })) {
    giveTo(primary.dataDir, join(dataDir, path));
  }
  giveTo(primary.dataDir, dataDir);
  chmodSync(dataDir, 0o700);
  return await startPostgres({ dataDir });
}

function giveTo(model: string, path: string): void {
  const { uid, gid } = statSync(model);
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
}
