// The kind `user-mapping`: as whom a role works on a foreign server. Passwords are never read.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec } from '../kind.js';
import { address } from '../reading/query-fragments.js';
import { type Hazard, statement } from '../statement.js';
import {
  type ForeignOptions,
  optionsChange,
  optionsClause,
  readOptions,
  readSecrets,
} from '../tables/foreign-options.js';
import { layOut } from '../writing/lay-out.js';
import { secretHazards } from '../writing/secret-hazards.js';

interface UserMappingDefinition {
  /** `null` for everyone. */
  readonly role: string | null;
  readonly server: string;
  /** `null` where the role that reads may not see them. */
  readonly options: ForeignOptions | null;
  /** Names of options whose values are not read. */
  readonly secrets: readonly string[];
}

type UserMapping = CatalogObject<UserMappingDefinition>;

/** As the view itself decides, which returns NULL for no options and for hidden ones. */
const IS_VISIBLE = `(m.umoptions IS NOT NULL
  OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
  OR (m.umuser = 0 AND pg_has_role(s.srvowner, 'USAGE'))
  OR (m.usename = current_user AND (pg_has_role(s.srvowner, 'USAGE')
    OR has_server_privilege(s.oid, 'USAGE'))))`;

export const userMapping: KindSpec<UserMappingDefinition> = {
  name: 'user-mapping',
  presence: { catalog: 'pg_foreign_server' },
  query: () => `
    SELECT ARRAY[${address('pg_user_mapping', 'm.umid')}] AS addresses,
      ARRAY[m.usename::text, m.srvname::text] AS names,
      json_build_object('role', CASE WHEN m.umuser <> 0 THEN m.usename END, 'server', m.srvname,
        'options', CASE WHEN ${IS_VISIBLE} THEN ${readOptions('m.umoptions')} END,
        'secrets', ${readSecrets('m.umoptions')}) AS definition
    FROM pg_user_mappings m JOIN pg_foreign_server s ON s.oid = m.srvid
    WHERE m.umid >= 16384
    ORDER BY m.srvname, m.usename`,
  target,
  create: (object) => {
    const { options, secrets } = object.definition;
    return [
      statement(layOut(`CREATE ${target(object)}`, optionsClause(options ?? {})), {
        hazards: [...hiddenHazards(object), ...secretHazards(target(object), secrets)],
      }),
    ];
  },
  drop: (object) => [
    statement(`DROP ${target(object)}`, {
      hazards: [
        {
          kind: 'breaks-code',
          message: `${sayRole(object)} can no longer work on the foreign server ${object.definition.server}`,
        },
      ],
    }),
  ],
  // Where one side is hidden there is nothing to compare.
  isSame: ({ definition: before }, { definition: after }) =>
    before.options === null ||
    after.options === null ||
    optionsChange(before.options, after.options).length === 0,
  alter: ({ definition: before }, object) =>
    altered(
      statement(
        [
          `ALTER ${target(object)}`,
          ...optionsChange(before.options ?? {}, object.definition.options ?? {}),
        ].join(' '),
      ),
    ),
};

function target({ definition: { role, server } }: UserMapping): string {
  const who = role === null ? 'PUBLIC' : quoteIdentifier(role);
  return `USER MAPPING FOR ${who} SERVER ${quoteIdentifier(server)}`;
}

function sayRole({ definition: { role } }: UserMapping): string {
  return role ?? 'everyone else';
}

function hiddenHazards(object: UserMapping): readonly Hazard[] {
  if (object.definition.options !== null) return [];
  const message = `its options could not be read; set them afterwards: ALTER ${target(object)} OPTIONS (…)`;
  return [{ kind: 'breaks-code', message }];
}
