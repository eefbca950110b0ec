// The kind `extension`: its schema and version. What it brought along comes and goes with it.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec, REBUILT } from '../kind.js';
import { ownName } from '../object-id.js';
import { address } from '../reading/query-fragments.js';
import { type Hazard, type Statement, statement } from '../statement.js';

export interface ExtensionDefinition {
  readonly schema: string;
  readonly version: string;
  /** Whether it is the version that its server installs when none is named. */
  readonly isStandard: boolean;
  readonly isRelocatable: boolean;
  /** Whether tables came with it. */
  readonly keepsRows: boolean;
  /** The comment that comes with it. */
  readonly ownComment: string | null;
}

type Extension = CatalogObject<ExtensionDefinition>;

export const extension: KindSpec<ExtensionDefinition> = {
  name: 'extension',
  // What can be installed is read from the server's files: only where something is installed.
  query: () => `
    SELECT ARRAY[${address('pg_extension', 'e.oid')}] AS addresses, ARRAY[e.extname::text] AS names,
      json_build_object('schema', n.nspname, 'version', e.extversion,
        'isStandard', coalesce(a.default_version = e.extversion, false),
        'isRelocatable', e.extrelocatable, 'ownComment', a.comment,
        'keepsRows', EXISTS (SELECT FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
          WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
            AND d.deptype = 'e' AND d.classid = 'pg_class'::regclass AND c.relkind = 'r'))
        AS definition
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
      LEFT JOIN (SELECT * FROM pg_available_extensions()
        WHERE EXISTS (SELECT FROM pg_extension WHERE extname <> 'plpgsql')) a ON a.name = e.extname
    WHERE e.extname <> 'plpgsql'
    ORDER BY e.extname`,
  target,
  create: (object) => {
    const { schema, version, isStandard } = object.definition;
    const end = isStandard ? '' : ` VERSION ${quoteLiteral(version)}`;
    return [statement(`CREATE ${target(object)} SCHEMA ${quoteIdentifier(schema)}${end}`)];
  },
  drop: (object) => [statement(`DROP ${target(object)}`, { hazards: dropHazards(object) })],
  isSame: (before, after) =>
    before.definition.schema === after.definition.schema && hasSameVersion(before, after),
  alter: (before, after) => {
    const isMoved = before.definition.schema !== after.definition.schema;
    const isUpdated = !hasSameVersion(before, after);
    if (isMoved && !before.definition.isRelocatable) return REBUILT;
    // Extensions seldom bring a script for the way back.
    if (isUpdated && isOlder(after.definition.version, before.definition.version)) return REBUILT;
    return altered(...(isMoved ? [move(after)] : []), ...(isUpdated ? [update(after)] : []));
  },
  bornComment: ({ definition }) => definition.ownComment,
};

function target(object: Extension): string {
  return `EXTENSION ${ownName(object)}`;
}

/** The standard version of one server is as good as that of another. */
function hasSameVersion({ definition: a }: Extension, { definition: b }: Extension): boolean {
  return a.version === b.version || (a.isStandard && b.isStandard);
}

/** By its numbers: there is no rule for versions of extensions. */
function isOlder(version: string, than: string): boolean {
  const numbers = (text: string): readonly number[] => [...text.matchAll(/\d+/g)].map(Number);
  const other = numbers(than);
  for (const [index, number] of numbers(version).entries()) {
    const difference = number - (other[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return numbers(version).length < other.length;
}

function move(after: Extension): Statement {
  const { schema } = after.definition;
  const message = `what names objects of ${ownName(after)} by their schema no longer finds them`;
  return statement(`ALTER ${target(after)} SET SCHEMA ${quoteIdentifier(schema)}`, {
    hazards: [{ kind: 'breaks-code', message }],
  });
}

function update(after: Extension): Statement {
  const { version, isStandard } = after.definition;
  const end = isStandard ? '' : ` TO ${quoteLiteral(version)}`;
  return statement(`ALTER ${target(after)} UPDATE${end}`);
}

function dropHazards(object: Extension): readonly Hazard[] {
  const name = ownName(object);
  const rows: Hazard = {
    kind: 'loses-data',
    message: `what the tables of the extension ${name} hold is lost`,
  };
  return [
    ...(object.definition.keepsRows ? [rows] : []),
    { kind: 'breaks-code', message: `functions and types of the extension ${name} are gone` },
  ];
}
