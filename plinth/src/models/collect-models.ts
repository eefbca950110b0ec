// Finds the models among the exports of files. The same model exported twice, as an index file
// does, is one model. It writes nothing.

import { ColumnBuilder, is, Relations } from 'drizzle-orm';
import {
  isPgEnum,
  PgMaterializedView,
  PgPolicy,
  PgRole,
  PgSchema,
  PgSequence,
  PgTable,
  PgView,
} from 'drizzle-orm/pg-core';
import { PlinthError } from '../errors/index.js';
import type { EnumType } from './column-type.js';
import { isAlias } from './drizzle-internals.js';
import { type Extra, isExtra } from './extras/extra.js';
import type { Located, ModelFile, Origin } from './model-file.js';
import type { ViewModel } from './write-view.js';

export interface Models {
  readonly tables: Located<PgTable>[];
  readonly views: Located<ViewModel>[];
  readonly enums: Located<EnumType>[];
  readonly schemas: Located<PgSchema>[];
  readonly sequences: Located<PgSequence>[];
  readonly roles: Located<PgRole>[];
  readonly policies: Located<PgPolicy>[];
  readonly extras: Located<Extra>[];
}

/** @throws PlinthError MODELS_EMPTY for a file without any model. */
export function collectModels(files: readonly ModelFile[]): Models {
  const models: Models = {
    tables: [],
    views: [],
    enums: [],
    schemas: [],
    sequences: [],
    roles: [],
    policies: [],
    extras: [],
  };
  const seen = new Set<unknown>();
  for (const { file, exports } of files) {
    const values = byName(exports).flatMap(([name, value]) => spread(name, value));
    const places = values.map(({ name, value }) => {
      const put = placeOf(value, models);
      if (put !== undefined && !seen.has(value)) put({ file, name });
      seen.add(value);
      return put;
    });
    if (places.every((put) => put === undefined)) throw emptyFile(file, Object.keys(exports));
  }
  return models;
}

/** What has a name besides is known by that. */
function byName(exports: ModelFile['exports']): readonly (readonly [string, unknown])[] {
  const entries = Object.entries(exports);
  const isDefault = ([name]: readonly [string, unknown]) => name === 'default';
  return [...entries.filter((entry) => !isDefault(entry)), ...entries.filter(isDefault)];
}

interface Named {
  readonly name: string;
  readonly value: unknown;
}

/** Extras may be exported as a list. */
function spread(name: string, value: unknown): readonly Named[] {
  if (!Array.isArray(value)) return [{ name, value }];
  return value.map((each: unknown, index) => ({ name: `${name}[${index}]`, value: each }));
}

type Put = (origin: Origin) => void;

/** Where a value belongs among the models; `undefined` for what is none. */
function placeOf(value: unknown, models: Models): Put | undefined {
  const into =
    <Model>(list: Located<Model>[], model: Model): Put =>
    (origin) =>
      list.push({ model, origin });
  if (isPgEnum(value)) return into<EnumType>(models.enums, value);
  // Drizzle's is() cannot look at what has no prototype, such as a namespace of modules.
  if (typeof value !== 'object' || value === null || !Object.getPrototypeOf(value)) return;
  if (isExtra(value)) return into(models.extras, value);
  if (is(value, PgTable)) return isAlias(value) ? ignore : into(models.tables, value);
  if (is(value, PgView)) return into<ViewModel>(models.views, value);
  if (is(value, PgMaterializedView)) return into<ViewModel>(models.views, value);
  if (is(value, PgSchema)) return into(models.schemas, value);
  if (is(value, PgSequence)) return into(models.sequences, value);
  if (is(value, PgRole)) return into(models.roles, value);
  if (is(value, PgPolicy)) return into(models.policies, value);
  return isPiece(value) ? ignore : undefined;
}

/** For what is made for models, and written nowhere. */
const ignore: Put = () => undefined;

/** Whether it is made for models, though nothing is written for it: relations, shared columns. */
function isPiece(value: object): boolean {
  if (is(value, Relations) || is(value, ColumnBuilder)) return true;
  const parts: readonly unknown[] = Object.values(value);
  return parts.length > 0 && parts.every((part) => is(part, ColumnBuilder));
}

function emptyFile(file: string, names: readonly string[]): PlinthError {
  const what =
    names.length === 0
      ? 'exports nothing'
      : `exports no model, only ${[...names].sort().join(', ')}`;
  return new PlinthError('MODELS_EMPTY', `${file} ${what}`, {
    hint: 'Export its tables and other models, or take the file out of schema.',
    details: { file, exports: names },
  });
}
