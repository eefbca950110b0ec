// How an encrypted value and a blind index look in a column: text that names its format, its version
// and its data key. It knows no key and encrypts nothing.

declare const ciphertextBrand: unique symbol;
declare const blindIndexBrand: unique symbol;

/** An encrypted value, as a column holds it. Only a keyring makes one, and only a keyring opens it. */
export type Ciphertext = string & { readonly [ciphertextBrand]: true };

/** What stands for a value where it is looked for by equality. Only a keyring makes one. */
export type BlindIndex = string & { readonly [blindIndexBrand]: true };

export type SecretKind = 'encrypted' | 'blind-index';

/** Bytes of a nonce of AES-GCM. */
export const NONCE_BYTES = 12;

/** Bytes of an authentication tag of AES-GCM. */
export const TAG_BYTES = 16;

/** Bytes of a blind index. */
const INDEX_BYTES = 32;

/** What texts of a kind begin with: format and version. */
export const ENVELOPE_PREFIX: Readonly<Record<SecretKind, string>> = {
  encrypted: 'plinth:1:',
  'blind-index': 'plinth-index:1:',
};

export interface Envelope {
  /** The id of the data key. */
  readonly dataKeyId: string;
  /** Nonce, ciphertext and tag; or the bytes of a blind index. */
  readonly bytes: Uint8Array;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function writeCiphertext(envelope: Envelope): Ciphertext {
  const text = writeEnvelope('encrypted', envelope);
  if (isCiphertext(text)) return text;
  throw new TypeError('an envelope was made of parts that are none');
}

export function writeBlindIndex(envelope: Envelope): BlindIndex {
  const text = writeEnvelope('blind-index', envelope);
  if (isBlindIndex(text)) return text;
  throw new TypeError('a blind index was made of parts that are none');
}

export function isCiphertext(value: unknown): value is Ciphertext {
  return readEnvelope('encrypted', value) !== undefined;
}

export function isBlindIndex(value: unknown): value is BlindIndex {
  return readEnvelope('blind-index', value) !== undefined;
}

/** Reads what {@link writeCiphertext} and {@link writeBlindIndex} write; `undefined` for all else. */
export function readEnvelope(kind: SecretKind, value: unknown): Envelope | undefined {
  const prefix = ENVELOPE_PREFIX[kind];
  if (typeof value !== 'string' || !value.startsWith(prefix)) return undefined;
  const [dataKeyId = '', body = '', ...rest] = value.slice(prefix.length).split(':');
  if (rest.length > 0 || !UUID.test(dataKeyId)) return undefined;
  const bytes = Buffer.from(body, 'base64url');
  // One value has one text: Node passes over characters and bits that say nothing.
  if (bytes.toString('base64url') !== body || !hasLengthOf(kind, bytes)) return undefined;
  return { dataKeyId, bytes };
}

function writeEnvelope(kind: SecretKind, { dataKeyId, bytes }: Envelope): string {
  return `${ENVELOPE_PREFIX[kind]}${dataKeyId}:${Buffer.from(bytes).toString('base64url')}`;
}

function hasLengthOf(kind: SecretKind, { length }: Uint8Array): boolean {
  return kind === 'encrypted' ? length >= NONCE_BYTES + TAG_BYTES : length === INDEX_BYTES;
}
