// The kind `foreign-data-wrapper`: those that did not come with an extension.

import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec } from '../kind.js';
import { ownName } from '../object-id.js';
import { address, isNotOfExtension, privileges } from '../reading/query-fragments.js';
import { statement } from '../statement.js';
import {
  type ForeignOptions,
  optionsChange,
  optionsClause,
  readOptions,
} from '../tables/foreign-options.js';
import { layOut } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';

interface ForeignDataWrapperDefinition {
  /** The function's name as SQL writes it. */
  readonly handler: string | null;
  readonly validator: string | null;
  readonly options: ForeignOptions;
}

type ForeignDataWrapper = CatalogObject<ForeignDataWrapperDefinition>;

export const foreignDataWrapper: KindSpec<ForeignDataWrapperDefinition> = {
  name: 'foreign-data-wrapper',
  presence: { catalog: 'pg_foreign_data_wrapper' },
  query: () => `
    SELECT ARRAY[${address('pg_foreign_data_wrapper', 'w.oid')}] AS addresses,
      ARRAY[w.fdwname::text] AS names,
      pg_get_userbyid(w.fdwowner) AS owner, ${privileges('F', 'w.fdwacl', 'w.fdwowner')} AS privileges,
      json_build_object('handler', nullif(w.fdwhandler, 0)::regproc::text,
        'validator', nullif(w.fdwvalidator, 0)::regproc::text,
        'options', ${readOptions('w.fdwoptions')}) AS definition
    FROM pg_foreign_data_wrapper w
    WHERE w.oid >= 16384 AND ${isNotOfExtension('pg_foreign_data_wrapper', 'w.oid')}
    ORDER BY w.fdwname`,
  target,
  create: (object) => {
    const { handler, validator, options } = object.definition;
    return [
      statement(
        layOut(`CREATE ${target(object)}`, [
          ...(handler === null ? [] : [`HANDLER ${handler}`]),
          ...(validator === null ? [] : [`VALIDATOR ${validator}`]),
          ...optionsClause(options),
        ]),
      ),
    ];
  },
  drop: (object) => [statement(`DROP ${target(object)}`)],
  alter: ({ definition: before }, object) => {
    const { handler, validator, options } = object.definition;
    return altered(
      statement(
        layOut(`ALTER ${target(object)}`, [
          ...changeFunction('HANDLER', before.handler, handler),
          ...changeFunction('VALIDATOR', before.validator, validator),
          ...optionsChange(before.options, options),
        ]),
      ),
    );
  },
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function target(object: ForeignDataWrapper): string {
  return `FOREIGN DATA WRAPPER ${ownName(object)}`;
}

function changeFunction(
  word: string,
  before: string | null,
  after: string | null,
): readonly string[] {
  if (before === after) return [];
  return [after === null ? `NO ${word}` : `${word} ${after}`];
}
