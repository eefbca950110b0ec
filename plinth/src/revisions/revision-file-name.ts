// Makes the file name of a new revision from a template. Writes nothing.

import { PlinthError } from '../errors/index.js';

export const DEFAULT_FILE_TEMPLATE = '{year}{month}{day}_{hour}{minute}_{revision}_{slug}';

/** Longest slug, in characters, as in Alembic. */
const MOST_SLUG = 40;

export interface RevisionFileNameParts {
  readonly id: string;
  readonly message: string;
  /** Its time in UTC goes into the name, so that names sort alike for a team in many zones. */
  readonly date: Date;
  readonly extension: 'sql' | 'ts';
  /** Default {@link DEFAULT_FILE_TEMPLATE}; knows year to second, revision and slug. */
  readonly template?: string;
}

/**
 * The name of a revision's file, with its extension.
 *
 * @throws PlinthError `CONFIG_INVALID` for a template with an unknown placeholder, or one that
 *   makes a path, a hidden file or a name without the id.
 */
export function revisionFileName(parts: RevisionFileNameParts): string {
  const { template = DEFAULT_FILE_TEMPLATE, date, id } = parts;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = ''] =
    /^(.*)-(..)-(..)T(..):(..):(..)/.exec(date.toISOString()) ?? [];
  const slug = slugOf(parts.message);
  const values = new Map(
    Object.entries({ year, month, day, hour, minute, second, revision: id, slug }),
  );
  const name = template.replace(/\{(.*?)\}/g, (_, placeholder: string) => {
    const value = values.get(placeholder);
    if (value === undefined) throw templateError(template, `{${placeholder}} is unknown`);
    return value;
  });
  if (/[/\\\0]/.test(name)) throw templateError(template, 'it makes a path, not a name');
  if (name.startsWith('.')) throw templateError(template, 'it makes a hidden file');
  if (!template.includes('{revision}')) throw templateError(template, '{revision} is missing');
  return `${name.replace(/_+$/, '')}.${parts.extension}`;
}

/** A message as part of a file name: lower case, words joined by `_`, never cut in a word. */
export function slugOf(message: string): string {
  const words =
    message
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}_]+/gu) ?? [];
  let slug = '';
  for (const word of words) {
    const longer = slug === '' ? word : `${slug}_${word}`;
    if ([...longer].length > MOST_SLUG) return slug === '' ? firstOf(word) : slug;
    slug = longer;
  }
  return slug;
}

// One word that is too long by itself has to be cut.
function firstOf(word: string): string {
  return [...word].slice(0, MOST_SLUG).join('');
}

function templateError(template: string, reason: string): PlinthError {
  return new PlinthError(
    'CONFIG_INVALID',
    `The file name template "${template}" cannot be used: ${reason}.`,
    {
      hint: `Use a template such as "${DEFAULT_FILE_TEMPLATE}".`,
      details: { template },
    },
  );
}
