// What libpq's sslmode means for a connection through node-postgres, which reads the same words
// differently: every mode is turned into explicit options here.

import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { PlinthError } from '../errors/index.js';

/** libpq's modes, weakest first (PostgreSQL documentation, 32.19 "SSL Support"). */
export const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

export type SslMode = (typeof SSL_MODES)[number];

export function isSslMode(text: string): text is SslMode {
  return SSL_MODES.some((mode) => mode === text);
}

/**
 * The TLS options for a mode; `false` means plain text.
 *
 * `require` encrypts and trusts any certificate, unless a root certificate is given: then, as
 * libpq does, it verifies the chain.
 *
 * @throws PlinthError ENGINE_URL_INVALID when the root certificate cannot be read.
 */
export function tlsOptions(mode: SslMode, rootCert: string | undefined): ConnectionOptions | false {
  if (mode === 'disable') return false;
  const ca = rootCert === undefined ? {} : { ca: readRootCertificate(rootCert) };
  const acceptAnyHost = { checkServerIdentity: () => undefined };
  switch (mode) {
    case 'prefer':
      return { rejectUnauthorized: false };
    case 'require':
      return rootCert === undefined
        ? { rejectUnauthorized: false }
        : { ...ca, rejectUnauthorized: true, ...acceptAnyHost };
    case 'verify-ca':
      return { ...ca, rejectUnauthorized: true, ...acceptAnyHost };
    case 'verify-full':
      return { ...ca, rejectUnauthorized: true };
  }
}

function readRootCertificate(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new PlinthError('ENGINE_URL_INVALID', `sslrootcert cannot be read: ${path}`, {
      hint: 'Name a readable file with the root certificate in PEM form.',
      cause,
    });
  }
}
