// What libpq's sslmode means for a connection through node-postgres, which reads the same words
// differently: every mode is turned into explicit options here.

import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';

/** libpq's modes, weakest first (PostgreSQL documentation, 32.19 "SSL Support"). */
export const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

export type SslMode = (typeof SSL_MODES)[number];

/** What a connection is told about TLS. */
export interface SslChoice {
  readonly mode: SslMode;
  /** The options of an attempt with TLS; `false` where none is made. */
  readonly tls: ConnectionOptions | false;
}

/** What was written where, and how it is called there. */
export interface WrittenSsl {
  readonly mode: SslMode | undefined;
  /** A path, or `system`. */
  readonly rootCert: string | undefined;
  readonly modeName: string;
  readonly rootCertName: string;
}

/** The word of libpq for the roots that this installation trusts, instead of a file. */
const SYSTEM_ROOTS = 'system';

/**
 * Reads a mode and a root certificate into TLS options.
 *
 * As in libpq, `require` encrypts and trusts any certificate, unless a root certificate is given:
 * then it verifies the chain. `system` stands for the roots that Node trusts, wants `verify-full`,
 * and makes it the default. Other than libpq, which then looks for a file in the home folder,
 * `verify-full` without a root certificate trusts the same roots.
 *
 * @returns Also what is wrong with `sslmode` and `sslrootcert`.
 */
export function readSsl({ mode: given, rootCert, ...names }: WrittenSsl): {
  readonly choice: SslChoice;
  readonly problems: readonly string[];
} {
  const mode = given ?? (rootCert === SYSTEM_ROOTS ? 'verify-full' : 'prefer');
  const root = readRootCertificate(rootCert);
  const wrongRoot = root.problem && `${names.rootCertName} is ${rootCert}, and ${root.problem}`;
  const problem = wrongRoot ?? problemOf(mode, rootCert, names);
  return {
    choice: { mode, tls: tlsOptions(mode, rootCert !== undefined, root.ca) },
    problems: problem === undefined ? [] : [problem],
  };
}

function problemOf(
  mode: SslMode,
  rootCert: string | undefined,
  { modeName, rootCertName }: Pick<WrittenSsl, 'modeName' | 'rootCertName'>,
): string | undefined {
  if (mode === 'verify-ca' && rootCert === undefined) {
    return `${modeName} is verify-ca, and needs a root certificate: set ${rootCertName} to its file`;
  }
  if (rootCert === SYSTEM_ROOTS && mode !== 'verify-full') {
    return `${rootCertName} is system, and needs verify-full: ${modeName} is ${mode}`;
  }
  return undefined;
}

function tlsOptions(
  mode: SslMode,
  hasRoot: boolean,
  ca: string | undefined,
): ConnectionOptions | false {
  const verified = { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) };
  const chainOnly = { ...verified, checkServerIdentity: () => undefined };
  switch (mode) {
    case 'disable':
      return false;
    case 'prefer':
      return { rejectUnauthorized: false };
    case 'require':
      return hasRoot ? chainOnly : { rejectUnauthorized: false };
    case 'verify-ca':
      return chainOnly;
    case 'verify-full':
      return verified;
  }
}

function readRootCertificate(path: string | undefined): {
  readonly ca?: string;
  readonly problem?: string;
} {
  if (path === undefined || path === SYSTEM_ROOTS) return {};
  try {
    const ca = readFileSync(path, 'utf8');
    if (ca.includes('-----BEGIN CERTIFICATE-----')) return { ca };
    return { problem: 'holds no certificate in PEM form' };
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return { problem: `cannot be read${reason}` };
  }
}
