// The kind `text-search-configuration`: a parser, and for its types of token the dictionaries that
// read them, one after the other. The mappings are altered in place.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject, ObjectId } from '../catalog-object.js';
import {
  type Alteration,
  altered,
  type Disturbance,
  type KindSpec,
  REBUILT,
  type Reaction,
  type Sides,
} from '../kind.js';
import { outerName, qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { nameAside } from '../types/type-rows.js';
import { dropStatement } from '../writing/drop-statement.js';
import { layOut } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';

export interface TextSearchMapping {
  /** The type of token, such as `asciiword`. */
  readonly token: string;
  readonly dictionaries: readonly string[];
}

export interface TextSearchConfigurationDefinition {
  readonly parser: string;
  /** In the order of the parser's types of token. */
  readonly mappings: readonly TextSearchMapping[];
}

type Configuration = CatalogObject<TextSearchConfigurationDefinition>;

export const textSearchConfiguration: KindSpec<TextSearchConfigurationDefinition> = {
  name: 'text-search-configuration',
  noun: 'TEXT SEARCH CONFIGURATION',
  presence: { catalog: 'pg_ts_config' },
  query: () => `
    SELECT ARRAY[${address('pg_ts_config', 'c.oid')}] AS addresses,
      ARRAY[n.nspname, c.cfgname]::text[] AS names,
      ${address('pg_namespace', 'n.oid')} AS parent, pg_get_userbyid(c.cfgowner) AS owner,
      json_build_object('parser', CASE WHEN pn.nspname = 'pg_catalog'
          THEN quote_ident(p.prsname) ELSE format('%I.%I', pn.nspname, p.prsname) END,
        'mappings', coalesce(m.list, '[]'::json)) AS definition
    FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace
      JOIN pg_ts_parser p ON p.oid = c.cfgparser
      JOIN pg_namespace pn ON pn.oid = p.prsnamespace
      LEFT JOIN (SELECT mapcfg, json_agg(json_build_object('token', alias,
          'dictionaries', dictionaries) ORDER BY tokid) AS list
        FROM (SELECT m.mapcfg, k.tokid, k.alias,
            json_agg(m.mapdict::regdictionary::text ORDER BY m.mapseqno) AS dictionaries
          FROM pg_ts_config_map m JOIN pg_ts_config c ON c.oid = m.mapcfg
            JOIN (SELECT p.oid AS parser, t.tokid, t.alias
              FROM pg_ts_parser p, ts_token_type(p.oid) t) k
              ON k.parser = c.cfgparser AND k.tokid = m.maptokentype
          WHERE c.oid >= 16384
          GROUP BY m.mapcfg, k.tokid, k.alias) g
        GROUP BY mapcfg) m ON m.mapcfg = c.oid
    WHERE ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_ts_config', 'c.oid')}
    ORDER BY n.nspname, c.cfgname`,
  target,
  create: (object) => [
    statement(`CREATE ${target(object)} (PARSER = ${object.definition.parser})`),
    ...map(object, 'ADD', object.definition.mappings),
  ],
  drop: (object, sides) => [dropStatement(target(object), object, sides)],
  alter: alterConfiguration,
  react,
  follow,
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function target({ names }: Pick<Configuration, 'names'>): string {
  return `TEXT SEARCH CONFIGURATION ${qualifiedName(names)}`;
}

/** One statement for all types of token that the same dictionaries read. */
function map(
  object: Configuration,
  verb: 'ADD' | 'ALTER',
  mappings: readonly TextSearchMapping[],
): readonly Statement[] {
  const tokens = new Map<string, string[]>();
  for (const { token, dictionaries } of mappings) {
    const list = dictionaries.join(', ');
    tokens.set(list, [...(tokens.get(list) ?? []), quoteIdentifier(token)]);
  }
  return [...tokens].map(([list, names]) => {
    const mapping = layOut(`${verb} MAPPING FOR ${names.join(', ')}`, [`WITH ${list}`]);
    return statement(layOut(`ALTER ${target(object)}`, [mapping]));
  });
}

function alterConfiguration(before: Configuration, after: Configuration): Alteration {
  if (before.definition.parser !== after.definition.parser) return REBUILT;
  const old = new Map(before.definition.mappings.map((one) => [one.token, one.dictionaries]));
  const wanted = after.definition.mappings;
  const gone = [...old.keys()].filter((token) => !wanted.some((one) => one.token === token));
  const changed = wanted.filter(({ token, dictionaries }) => {
    const list = old.get(token);
    return list !== undefined && list.join(', ') !== dictionaries.join(', ');
  });
  const fresh = wanted.filter(({ token }) => !old.has(token));
  const drop = `DROP MAPPING FOR ${gone.map(quoteIdentifier).join(', ')}`;
  return altered(
    ...(gone.length === 0 ? [] : [statement(layOut(`ALTER ${target(after)}`, [drop]))]),
    ...map(after, 'ALTER', changed),
    ...map(after, 'ADD', fresh),
  );
}

function react(_object: Configuration, { manner }: Disturbance): Reaction {
  if (manner === 'retyped') return 'keep';
  return manner === 'swapped' ? 'follow' : 'rebuild';
}

/** From the dictionaries that moved aside to their successors. */
function follow(before: Configuration, after: Configuration, sides: Sides): readonly Statement[] {
  const used = new Set(before.definition.mappings.flatMap(({ dictionaries }) => dictionaries));
  return [...used].flatMap((name) => {
    const id: ObjectId = `text-search-dictionary:${name}`;
    const dictionary = sides.before(id);
    if (dictionary === undefined || !sides.isCreated(id)) return [];
    const aside = `${outerName(dictionary)}.${quoteIdentifier(nameAside(dictionary))}`;
    const change = `ALTER MAPPING REPLACE ${aside} WITH ${name}`;
    return [statement(layOut(`ALTER ${target(after)}`, [change]))];
  });
}
