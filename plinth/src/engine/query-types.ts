// How values arrive from PostgreSQL: node-postgres' own parsers, except that dates and times stay
// text, because a JavaScript Date holds milliseconds where PostgreSQL holds microseconds.

import { type CustomTypesConfig, types } from 'pg';

const TEXT_ONLY: ReadonlySet<number> = new Set([
  1082, // date
  1083, // time
  1114, // timestamp
  1184, // timestamptz
  1186, // interval
  1266, // timetz
  1115, // timestamp[]
  1182, // date[]
  1185, // timestamptz[]
  1187, // interval[]
  1231, // numeric[]: Drizzle parses it itself, without losing digits
]);

export const QUERY_TYPES: CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    TEXT_ONLY.has(oid) ? (text: string) => text : types.getTypeParser(oid, format),
};
