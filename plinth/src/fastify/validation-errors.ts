// Turns what a Fastify validator reports (Ajv's form) into the errors list of a problem.

import type { FastifySchemaValidationError } from 'fastify';
import { fragmentOf, toFragmentPointer } from './json-pointer.js';
import type { FieldError } from './problem.js';

/** The parts of a request that Fastify validates, as a client calls them. */
const PARTS: Readonly<Record<string, { readonly whole: string; readonly value: string }>> = {
  body: { whole: 'The body', value: '' },
  params: { whole: 'The path', value: 'Path parameter ' },
  querystring: { whole: 'The query', value: 'Query parameter ' },
  headers: { whole: 'The header', value: 'Header field ' },
};
const UNNAMED_PART = { whole: 'The request', value: '' };

/**
 * One entry for each report. A report's message is a predicate, such as `must be a string`; the
 * pointer leads to the value from the root of the part it is in (`body`, `querystring`, `params`
 * or `headers`), which the detail names.
 */
export function toFieldErrors(
  reports: readonly FastifySchemaValidationError[],
  part: string | undefined,
): readonly FieldError[] {
  return reports.map((report) => ({
    detail: `${subjectOf(report, part)} ${report.message ?? 'is not valid'}.`,
    pointer: pointerOf(report),
  }));
}

function subjectOf(
  { instancePath }: FastifySchemaValidationError,
  part: string | undefined,
): string {
  const { whole, value } = PARTS[part ?? ''] ?? UNNAMED_PART;
  if (instancePath === '') return whole;
  const names = instancePath.slice(1).split('/').map(unescapePart);
  return `${value}"${names.join('.')}"`;
}

function unescapePart(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function pointerOf({ instancePath, params }: FastifySchemaValidationError): string {
  const base = fragmentOf(instancePath);
  // Ajv reports a field that is missing, or one too many, at the object it belongs to.
  const name = params.missingProperty ?? params.additionalProperty;
  return typeof name === 'string' ? `${base}${toFragmentPointer([name]).slice(1)}` : base;
}
