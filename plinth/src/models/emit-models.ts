// From loaded files of models to the DDL that creates them, in an order in which it can run. Pure:
// it asks no database, and PostgreSQL has the last word on what is written here.

import type { PgRole, PgTable } from 'drizzle-orm/pg-core';
import { quoteIdentifier } from '../sql/index.js';
import { checkDemands } from './check-demands.js';
import { collectModels, type Models } from './collect-models.js';
import { type EnumType, enumOf } from './column-type.js';
import { roleOptions } from './drizzle-internals.js';
import type { Extra } from './extras/extra.js';
import { isStructural, writeExported, writeExtra } from './extras/write-extra.js';
import type { EmittedStatement, Located, ModelFile, Origin } from './model-file.js';
import { at } from './model-problem.js';
import { checkLength, DEFAULT_SCHEMA, NameRegister, qualify } from './names.js';
import { type Part, PHASES } from './part.js';
import { type ReadTable, readTable } from './read-table.js';
import { rolesIn } from './role-name.js';
import { spreadToPartitions } from './spread-to-partitions.js';
import { writeEnum, writeSequence } from './write-object.js';
import { writeLinkedPolicy, writeRole } from './write-policy.js';
import { writeTable } from './write-table.js';
import { orderViews, type ReadView, readView, writeView } from './write-view.js';

/** What all writers share. */
interface Emission {
  readonly models: Models;
  readonly tables: readonly Located<ReadTable>[];
  readonly views: readonly Located<ReadView>[];
  readonly enums: readonly Located<EnumType>[];
  readonly names: NameRegister;
}

/**
 * The statements that create what files of Drizzle models export, each with the file and export it
 * comes from. They are to be run in this order in an empty database with the usual search_path; one
 * that needs something of a later one is to be tried again after it.
 *
 * Constraints and indexes have the names that Drizzle gives them, cut to 63 bytes as PostgreSQL
 * does. Values are written as literals.
 *
 * @throws PlinthError MODELS_EMPTY, MODELS_INVALID, MODELS_NAME_TAKEN or MODELS_NAME_TOO_LONG, with
 *   file and export.
 */
export function emitModels(files: readonly ModelFile[]): readonly EmittedStatement[] {
  const models = collectModels(files);
  const tables = readTables(models);
  const emission: Emission = {
    models,
    tables,
    views: orderViews(models.views.map((view) => read(view, readView))),
    enums: findEnums(models, tables),
    names: new NameRegister(),
  };
  const own = [
    ...emitSchemas(emission),
    ...emitRoles(emission),
    ...emitEnums(emission),
    ...emitSequences(emission),
    ...emitTables(emission),
    ...emitViews(emission),
    ...emitPolicies(emission),
    ...emitExtras(emission),
  ];
  const parts = [...own, ...spreadToPartitions(own)];
  checkDemands(parts, new Set(tables.map(({ model }) => model.target.sql)));
  return inOrder(parts).map(({ model: { sql }, origin }) => ({ sql, ...origin }));
}

function inOrder(parts: readonly Located<Part>[]): readonly Located<Part>[] {
  const written = new Set<string>();
  const once = parts.filter(({ model: { sql, shared } }) => {
    if (shared !== true) return true;
    if (written.has(sql)) return false;
    written.add(sql);
    return true;
  });
  return PHASES.flatMap((phase) => once.filter(({ model }) => model.phase === phase));
}

function read<Model, Read>({ model, origin }: Located<Model>, work: (model: Model) => Read) {
  return { model: at(origin, () => work(model)), origin };
}

/** The parts of one model, with its origin. */
function write(origin: Origin, work: () => readonly Part[]): readonly Located<Part>[] {
  return at(origin, work).map((model) => ({ model, origin }));
}

function readTables({ tables, extras }: Models): readonly Located<ReadTable>[] {
  const beside = new Map<PgTable, Extra[]>();
  for (const { model } of extras) {
    if (model.kind !== 'bundle' || model.table === undefined) continue;
    const structural = model.extras.filter(isStructural);
    beside.set(model.table, [...(beside.get(model.table) ?? []), ...structural]);
  }
  return tables.map((table) => read(table, (model) => readTable(model, beside.get(model) ?? [])));
}

/** Enumerated types that are exported, and those that only a column has. */
function findEnums(
  { enums }: Models,
  tables: readonly Located<ReadTable>[],
): readonly Located<EnumType>[] {
  const found = new Map(enums.map((located) => [located.model, located]));
  for (const { model: table, origin } of tables) {
    for (const column of table.columns) {
      const model = enumOf(column)?.enum;
      if (model !== undefined && !found.has(model)) found.set(model, { model, origin });
    }
  }
  return [...found.values()];
}

/** Schemas that are exported, and those that something is in. */
function emitSchemas(emission: Emission): readonly Located<Part>[] {
  const { models, tables, enums, views } = emission;
  const used = [
    ...models.schemas.map(({ model, origin }) => ({ schema: model.schemaName, origin })),
    ...[...enums, ...models.sequences].map(({ model, origin }) => ({
      schema: model.schema,
      origin,
    })),
    ...tables.map(({ model, origin }) => ({ schema: model.target.schema, origin })),
    ...views
      .filter(({ model }) => model.query !== undefined)
      .map(({ model, origin }) => ({ schema: model.schema, origin })),
    ...[...models.extras, ...extrasOf(tables)].flatMap(({ model, origin }) =>
      schemasOf(model).map((schema) => ({ schema, origin })),
    ),
  ];
  return used.flatMap(({ schema, origin }) => {
    if (schema === undefined || schema === DEFAULT_SCHEMA) return [];
    return write(origin, () => {
      checkLength(schema, 'schema');
      const sql = `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`;
      return [{ phase: 'schema', sql, shared: true }];
    });
  });
}

function extrasOf(tables: readonly Located<ReadTable>[]): readonly Located<Extra>[] {
  return tables.flatMap(({ model, origin }) =>
    model.extras.map((extra) => ({ model: extra, origin })),
  );
}

function schemasOf(extra: Extra): readonly (string | undefined)[] {
  if (extra.kind === 'bundle') return extra.extras.flatMap(schemasOf);
  return extra.kind === 'standing' ? [extra.schema] : [];
}

/** Roles that are exported, and those that a policy or a privilege names. */
function emitRoles({ models, tables, names }: Emission): readonly Located<Part>[] {
  const named = [
    ...models.roles,
    ...tables.flatMap(({ model, origin }) =>
      model.policies.flatMap(({ to }) => locateAll(rolesIn(to), origin)),
    ),
    ...models.policies.flatMap(({ model, origin }) => locateAll(rolesIn(model.to), origin)),
    ...[...models.extras, ...extrasOf(tables)].flatMap(({ model, origin }) =>
      locateAll(rolesOf(model), origin),
    ),
  ];
  const seen = new Set<PgRole>();
  return named.flatMap(({ model, origin }) => {
    if (seen.has(model) || roleOptions(model).isExisting) return [];
    seen.add(model);
    return write(origin, () => {
      names.take('role', model.name, 'role', origin);
      return [{ phase: 'role', sql: writeRole(model) }];
    });
  });
}

function locateAll(roles: readonly PgRole[], origin: Origin): readonly Located<PgRole>[] {
  return roles.map((model) => ({ model, origin }));
}

function rolesOf(extra: Extra): readonly PgRole[] {
  if (extra.kind === 'bundle') return extra.extras.flatMap(rolesOf);
  return extra.kind === 'attached' || extra.kind === 'standing' ? (extra.roles ?? []) : [];
}

function emitEnums({ enums, names }: Emission): readonly Located<Part>[] {
  return enums.flatMap(({ model, origin }) =>
    write(origin, () => {
      names.take(`type ${model.schema ?? DEFAULT_SCHEMA}`, model.enumName, 'type', origin);
      return [{ phase: 'type', sql: writeEnum(model) }];
    }),
  );
}

function emitSequences({ models, names }: Emission): readonly Located<Part>[] {
  return models.sequences.flatMap(({ model, origin }) =>
    write(origin, () => {
      takeRelation(names, model.schema, model.seqName ?? '', 'sequence', origin);
      return [{ phase: 'sequence', sql: writeSequence(model) }];
    }),
  );
}

function emitTables({ tables, names }: Emission): readonly Located<Part>[] {
  // Names of tables first: an index that has one of them is the one to be told of.
  for (const { model, origin } of tables) {
    at(origin, () => {
      const { schema, name } = model.target;
      takeRelation(names, schema, name, 'table', origin);
      names.take(`type ${schema ?? DEFAULT_SCHEMA}`, name, 'table', origin);
    });
  }
  return tables.flatMap((table) => write(table.origin, () => writeTable(table, names)));
}

function emitViews({ views, names }: Emission): readonly Located<Part>[] {
  return views.flatMap(({ model, origin }) =>
    write(origin, () => {
      const sql = writeView(model);
      if (sql === undefined) return [];
      takeRelation(names, model.schema, model.name, 'view', origin);
      return [{ phase: 'view', sql }];
    }),
  );
}

function takeRelation(
  names: NameRegister,
  schema: string | undefined,
  name: string,
  what: string,
  origin: Origin,
): void {
  names.take(`relation ${schema ?? DEFAULT_SCHEMA}`, name, what, origin);
}

/** Policies that are exported: linked to a table, or in the third argument of one. */
function emitPolicies({ models, tables }: Emission): readonly Located<Part>[] {
  const inTables = new Set(tables.flatMap(({ model }) => model.policies));
  const known = new Set(tables.map(({ model }) => qualify(model.target.schema, model.target.name)));
  return models.policies
    .filter(({ model }) => !inTables.has(model))
    .flatMap(({ model, origin }) => write(origin, () => writeLinkedPolicy(model, known)));
}

function emitExtras({ models, tables }: Emission): readonly Located<Part>[] {
  const known = new Set(tables.map(({ model }) => model.target.table));
  return models.extras.flatMap(({ model, origin }) =>
    write(origin, () => {
      if (model.kind !== 'bundle' || !known.has(model.table)) return writeExported(model);
      // What is structural was written with the table.
      return model.extras.flatMap((extra) => writeExtra(extra, model.target));
    }),
  );
}
