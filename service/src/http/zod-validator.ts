// Checks requests with their Zod schemas and words what is wrong as predicates, such as
// `must be a boolean`, with one report for each value.

import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';
import { toPointer } from 'plinth/fastify';
import { z } from 'zod';
import { hasNothing } from './has-nothing.js';

type Issue = z.core.$ZodIssue;
type Validator = ReturnType<FastifySchemaCompiler<z.ZodType>>;

/** Fastify's validator for routes whose schemas are Zod's. */
export const zodValidatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  if (httpPart === 'headers') return headersValidator(schema);
  const members = membersOf(schema);
  const isEmptyEnough = knowsNoValue(schema) ? hasNothing : () => false;
  return (data) => {
    // Most requests have no query, and most routes take none.
    if (isEmptyEnough(data)) return { value: data };
    const result = schema.safeParse(data, { reportInput: true });
    return result.success
      ? { value: result.data }
      : { error: result.error.issues.flatMap((issue) => toReports(issue, members)) };
  };
};

/** Headers are only looked at: Fastify would copy all of them whenever a changed one is read. */
function headersValidator(schema: z.ZodType): Validator {
  const allOptional = schema instanceof z.ZodObject && schema.safeParse({}).success;
  const fields = allOptional ? Object.keys(schema.shape) : undefined;
  return (headers) => {
    // Most requests have none of them.
    if (fields?.every((field) => headers[field] === undefined)) return true;
    const result = schema.safeParse(headers, { reportInput: true });
    return (
      result.success || { error: result.error.issues.flatMap((issue) => toReports(issue, [])) }
    );
  };
}

/** Whether a schema is that of an object without any properties, and without further rules. */
function knowsNoValue(schema: z.ZodType): boolean {
  if (!(schema instanceof z.ZodObject)) return false;
  return Object.keys(schema.shape).length === 0 && (schema.def.checks ?? []).length === 0;
}

function toReports(issue: Issue, members: Members): readonly FastifySchemaValidationError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      report(issue, [...issue.path, key], strangerPredicate(key, issue, members)),
    );
  }
  if (issue.code === 'invalid_union') return unionReports(issue, members);
  return [report(issue, issue.path, predicateOf(issue))];
}

/** The names that each member of a union of objects knows; none for another schema. */
type Members = readonly (readonly string[])[];

function membersOf(schema: z.ZodType): Members {
  if (!(schema instanceof z.ZodUnion)) return [];
  return schema.options.flatMap((member) =>
    member instanceof z.ZodObject ? [Object.keys(member.shape)] : [],
  );
}

/** Of a name that one member of the union does not know: another may, without others that came. */
function strangerPredicate(key: string, { path, input }: Issue, members: Members): string {
  const home = path.length === 0 ? members.find((names) => names.includes(key)) : undefined;
  if (home === undefined || typeof input !== 'object' || input === null) return 'is not known';
  const rivals = Object.keys(input).filter(
    (name) => !home.includes(name) && members.some((names) => names.includes(name)),
  );
  if (rivals.length === 0) return 'is not known';
  return `cannot stand beside ${rivals.map((rival) => `"${rival}"`).join(' and ')}`;
}

type UnionIssue = Extract<Issue, { readonly code: 'invalid_union' }>;

/** What is wrong with the member of the union that a value comes nearest to, by its names first. */
function unionReports(
  issue: UnionIssue,
  members: Members,
): readonly FastifySchemaValidationError[] {
  const { errors, path } = issue;
  const candidates = errors
    .filter((issues) => !issues.some(isOfAnotherKind))
    .map((issues) => ({
      strangers: issues.flatMap((one) => (one.code === 'unrecognized_keys' ? one.keys : [])).length,
      reports: issues.flatMap((one) =>
        toReports({ ...one, path: [...path, ...one.path] }, members),
      ),
    }));
  const [nearest] = candidates.toSorted(
    (a, b) => a.strangers - b.strangers || a.reports.length - b.reports.length,
  );
  return nearest?.reports ?? [report(issue, path, predicateOf(issue))];
}

/** Whether it is another kind of value altogether, such as a text in place of an object. */
function isOfAnotherKind({ code, path }: Issue): boolean {
  return code === 'invalid_type' && path.length === 0;
}

function report(
  { code }: Issue,
  path: readonly PropertyKey[],
  message: string,
): FastifySchemaValidationError {
  const instancePath = toPointer(path);
  return { keyword: code, instancePath, schemaPath: `#${instancePath}`, params: {}, message };
}

function predicateOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${typeName(issue.expected)}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    default:
      return issue.message;
  }
}

function typeName(expected: string): string {
  switch (expected) {
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'text';
    case 'int':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'array':
      return 'a list';
    case 'object':
    case 'record':
      return 'a JSON object';
    default:
      return `of type ${expected}`;
  }
}
