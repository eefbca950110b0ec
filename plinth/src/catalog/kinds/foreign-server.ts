// The kind `foreign-server`.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec, REBUILT } from '../kind.js';
import { ownName } from '../object-id.js';
import { address, isNotOfExtension, privileges } from '../reading/query-fragments.js';
import { type Hazard, statement } from '../statement.js';
import {
  type ForeignOptions,
  optionsChange,
  optionsClause,
  readOptions,
  readSecrets,
} from '../tables/foreign-options.js';
import { layOut } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';
import { secretHazards } from '../writing/secret-hazards.js';

interface ForeignServerDefinition {
  readonly wrapper: string;
  readonly type: string | null;
  readonly version: string | null;
  readonly options: ForeignOptions;
  /** Names of options whose values are not read. */
  readonly secrets: readonly string[];
}

type ForeignServer = CatalogObject<ForeignServerDefinition>;

export const foreignServer: KindSpec<ForeignServerDefinition> = {
  name: 'foreign-server',
  presence: { catalog: 'pg_foreign_server' },
  query: () => `
    SELECT ARRAY[${address('pg_foreign_server', 's.oid')}] AS addresses,
      ARRAY[s.srvname::text] AS names,
      pg_get_userbyid(s.srvowner) AS owner, ${privileges('S', 's.srvacl', 's.srvowner')} AS privileges,
      json_build_object('wrapper', w.fdwname, 'type', s.srvtype,
        'version', s.srvversion, 'options', ${readOptions('s.srvoptions')},
        'secrets', ${readSecrets('s.srvoptions')}) AS definition
    FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
    WHERE s.oid >= 16384 AND ${isNotOfExtension('pg_foreign_server', 's.oid')}
    ORDER BY s.srvname`,
  target,
  grantTarget: (object) => `FOREIGN ${target(object)}`,
  create: (object) => {
    const { wrapper, type, version, options, secrets } = object.definition;
    return [
      statement(
        layOut(`CREATE ${target(object)}`, [
          ...(type === null ? [] : [`TYPE ${quoteLiteral(type)}`]),
          ...(version === null ? [] : [`VERSION ${quoteLiteral(version)}`]),
          `FOREIGN DATA WRAPPER ${quoteIdentifier(wrapper)}`,
          ...optionsClause(options),
        ]),
        { hazards: secretHazards(target(object), secrets) },
      ),
    ];
  },
  drop: (object) => [statement(`DROP ${target(object)}`, { hazards: [dropHazard(object)] })],
  isSame: ({ definition: before }, { definition: after }) =>
    isSameKind(before, after) &&
    before.version === after.version &&
    optionsChange(before.options, after.options).length === 0,
  alter: ({ definition: before }, object) => {
    const after = object.definition;
    if (!isSameKind(before, after)) return REBUILT;
    const version = after.version === null ? 'NULL' : quoteLiteral(after.version);
    return altered(
      statement(
        layOut(`ALTER ${target(object)}`, [
          ...(before.version === after.version ? [] : [`VERSION ${version}`]),
          ...optionsChange(before.options, after.options),
        ]),
      ),
    );
  },
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function target(object: ForeignServer): string {
  return `SERVER ${ownName(object)}`;
}

/** What PostgreSQL cannot alter. */
function isSameKind(before: ForeignServerDefinition, after: ForeignServerDefinition): boolean {
  return before.wrapper === after.wrapper && before.type === after.type;
}

function dropHazard(object: ForeignServer): Hazard {
  const message = `nothing reads from the foreign server ${ownName(object)} any more`;
  return { kind: 'breaks-code', message };
}
