// Checks all that an engine is told, the URL too, before anything is opened, and says everything
// that is wrong in one error. It repeats neither the URL nor a password.

import { PlinthError } from '../errors/index.js';
import {
  type DatabaseTarget,
  DEFAULT_VARIABLE,
  EXPECTED_URL_FORMS,
  readDatabaseUrl,
  urlError,
  urlProblem,
} from './database-url.js';
import { type EngineOptions, type EngineSettings, withDefaults } from './engine-options.js';
import { OPTION_NAMES, optionsSchema } from './option-rules.js';
import { readSsl, SSL_MODES, type SslChoice } from './ssl.js';

/** Options that may stand, read as far as they can be without opening anything. */
export interface CheckedOptions {
  readonly settings: EngineSettings;
  readonly target: DatabaseTarget;
  readonly ssl: SslChoice;
}

export type Inspection =
  | { readonly checked: CheckedOptions }
  | {
      readonly checked: undefined;
      /** A line for each thing that is wrong, with its name. */
      readonly problems: readonly string[];
      /** What is wrong with the URL, where nothing else is. */
      readonly onlyUrl: readonly string[] | undefined;
    };

/** @throws PlinthError ENGINE_URL_INVALID when only the URL is wrong, else ENGINE_OPTION_INVALID. */
export function checkOptions(options: EngineOptions): CheckedOptions {
  const inspection = inspectOptions(options);
  if (inspection.checked !== undefined) return inspection.checked;
  const { problems, onlyUrl } = inspection;
  if (onlyUrl !== undefined) throw urlError(options.variable ?? DEFAULT_VARIABLE, onlyUrl);
  throw optionsError(problems, 'options', 'Correct what is named; docs/engine.md lists them.');
}

/**
 * Looks at every option, also when one before it is wrong.
 *
 * @param nameOf How an option is called where it was written, for instance in the environment.
 */
export function inspectOptions(
  options: object,
  nameOf: (option: string) => string = (option) => option,
): Inspection {
  const given = withoutUndefined(options);
  const url = inspectUrl(given, nameOf);
  const parsed = optionsSchema.safeParse(given);
  const wrong = parsed.success ? [] : optionProblems(parsed.error.issues, given, nameOf);
  const ssl = inspectSsl(url.target, given, nameOf);
  const problems = [...url.lines, ...wrong, ...ssl.problems];
  if (parsed.success && url.target !== undefined && problems.length === 0) {
    const settings = withDefaults(parsed.data);
    return { checked: { settings, target: url.target, ssl: ssl.choice } };
  }
  const isOnlyUrl = problems.length === url.lines.length;
  return { checked: undefined, problems, onlyUrl: isOnlyUrl ? url.problems : undefined };
}

/** @param what What the problems are about, in the plural. */
export function optionsError(problems: readonly string[], what: string, hint: string): PlinthError {
  const message =
    problems.length === 1
      ? (problems[0] ?? '')
      : `${problems.length} ${what} cannot be used:${problems.map((line) => `\n  ${line}`).join('')}`;
  return new PlinthError('ENGINE_OPTION_INVALID', message, { hint, details: { problems } });
}

type Given = Readonly<Record<string, unknown>>;

type Issues = NonNullable<ReturnType<typeof optionsSchema.safeParse>['error']>['issues'];

/** `undefined` says the same as nothing, whatever the types of a caller allow. */
function withoutUndefined(options: object): Given {
  return Object.fromEntries(
    Object.entries(options).filter((entry: [string, unknown]) => entry[1] !== undefined),
  );
}

function inspectUrl({ url, variable }: Given, nameOf: (option: string) => string) {
  const named = nameOf('url');
  const name = typeof variable === 'string' ? variable : named === 'url' ? DEFAULT_VARIABLE : named;
  const { target, problems } =
    typeof url === 'string'
      ? readDatabaseUrl(url)
      : { target: undefined, problems: [url === undefined ? 'it is not set' : 'it is no text'] };
  if (target !== undefined) return { target, problems, lines: [] };
  return {
    target,
    problems,
    lines: [`${urlProblem(name, problems)} (write it as ${EXPECTED_URL_FORMS})`],
  };
}

function optionProblems(
  issues: Issues,
  given: Given,
  nameOf: (option: string) => string,
): readonly string[] {
  const lines = new Map<string, string>();
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) lines.set(key, unknownOption(key));
      continue;
    }
    const name = String(issue.path[0]);
    // The URL has lines of its own, and one line says all about one option.
    if (name === 'url' || lines.has(name)) continue;
    lines.set(name, `${nameOf(name)} ${describeValue(name, given[name])} ${issue.message}`);
  }
  return [...lines.values()];
}

function unknownOption(name: string): string {
  const plain = (text: string) => text.replaceAll(/[^a-z]/gi, '').toLowerCase();
  const meant = OPTION_NAMES.find((known) => plain(known) === plain(name));
  if (meant !== undefined) return `${name} is no option: write ${meant}`;
  return `${name} is no option (there are ${OPTION_NAMES.join(', ')})`;
}

function describeValue(name: string, value: unknown): string {
  if (name === 'password') return 'must be';
  return `is ${showValue(value)}, and must be`;
}

function showValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

function inspectSsl(
  target: DatabaseTarget | undefined,
  { sslMode, sslRootCert }: Given,
  nameOf: (option: string) => string,
) {
  // What the URL says is nearer to the database, and wins.
  const inUrl = target?.kind === 'server' ? target : undefined;
  const { choice, problems } = readSsl({
    mode: inUrl?.sslMode ?? SSL_MODES.find((mode) => mode === sslMode),
    rootCert: inUrl?.sslRootCert ?? (typeof sslRootCert === 'string' ? sslRootCert : undefined),
    modeName: inUrl?.sslMode === undefined ? nameOf('sslMode') : 'sslmode in the URL',
    rootCertName:
      inUrl?.sslRootCert === undefined ? nameOf('sslRootCert') : 'sslrootcert in the URL',
  });
  return { choice, problems: target?.kind === 'embedded' ? [] : problems };
}
