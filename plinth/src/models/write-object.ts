// Enumerated types and sequences.

import type { PgSequence } from 'drizzle-orm/pg-core';
import { quoteLiteral } from '../sql/index.js';
import type { EnumType } from './column-type.js';
import { checkLength, qualify } from './names.js';
import { writeSequenceOptions } from './write-column.js';

export function writeEnum({ schema, enumName, enumValues }: EnumType): string {
  checkLength(enumName, 'type');
  const values = enumValues.map((value) => {
    checkLength(value, `value of ${enumName}`);
    return quoteLiteral(value);
  });
  return `CREATE TYPE ${qualify(schema, enumName)} AS ENUM (${values.join(', ')})`;
}

export function writeSequence({ schema, seqName = '', seqOptions }: PgSequence): string {
  checkLength(seqName, 'sequence');
  const name = qualify(schema, seqName);
  return [`CREATE SEQUENCE ${name}`, ...writeSequenceOptions(seqOptions ?? {})].join(' ');
}
