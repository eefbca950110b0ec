// Names as PostgreSQL takes them: at most 63 bytes, each once in its space. It quotes them and
// never changes their case.

import { PlinthError } from '../errors/index.js';
import { cutName, MAX_NAME_BYTES, quoteIdentifier } from '../sql/index.js';
import type { Origin } from './model-file.js';

/** The schema of a model that names none. */
export const DEFAULT_SCHEMA = 'public';

/** `schema.name`, quoted where needed. */
export function qualify(schema: string | undefined, name: string): string {
  return `${quoteIdentifier(schema ?? DEFAULT_SCHEMA)}.${quoteIdentifier(name)}`;
}

/** Names with commas between them. */
export function listNames(names: readonly string[]): string {
  return names.map(quoteIdentifier).join(', ');
}

/**
 * A name that is written as it is.
 *
 * @throws PlinthError MODELS_NAME_TOO_LONG over 63 bytes: PostgreSQL would cut it without a word.
 */
export function checkLength(name: string, what: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes <= MAX_NAME_BYTES) return;
  throw new PlinthError(
    'MODELS_NAME_TOO_LONG',
    `the name of the ${what} ${name} has ${bytes} bytes, and PostgreSQL keeps ${MAX_NAME_BYTES}`,
    { hint: `Shorten it, for instance to ${cutName(name)}.`, details: { name, bytes } },
  );
}

interface Holder {
  /** What has the name, as a person would say it. */
  readonly what: string;
  /** The name before it was cut. */
  readonly full: string;
  readonly origin: Origin;
}

/** Which names are taken, and by what. */
export class NameRegister {
  readonly #taken = new Map<string, Holder>();

  /**
   * Takes a name and returns it as PostgreSQL will have it.
   *
   * @param space Where the name must be the only one of its kind.
   * @throws PlinthError MODELS_NAME_TAKEN, naming both.
   */
  take(space: string, name: string, what: string, origin: Origin): string {
    const cut = cutName(name);
    const key = `${space} ${cut}`;
    const holder = this.#taken.get(key);
    if (holder !== undefined) throw nameTaken(cut, holder, { what, full: name, origin });
    this.#taken.set(key, { what, full: name, origin });
    return cut;
  }
}

function nameTaken(name: string, first: Holder, second: Holder): PlinthError {
  const place = `${first.origin.file}: ${first.origin.name}`;
  const isCut = first.full !== second.full;
  const message = isCut
    ? `the ${second.what} ${second.full} and the ${first.what} ${first.full} (${place}) are both cut to ${name}, for PostgreSQL keeps ${MAX_NAME_BYTES} bytes`
    : `the ${second.what} ${name} has the name of the ${first.what} of ${place}`;
  return new PlinthError('MODELS_NAME_TAKEN', message, {
    hint: isCut ? 'Give one of them a shorter name.' : 'Rename one of them, or remove it.',
    details: { name, taken: first.origin },
  });
}
