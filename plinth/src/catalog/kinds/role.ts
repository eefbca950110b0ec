// The kind `role`: its attributes and settings. A role belongs to the whole server; nothing of
// other databases is read, and never a password.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec } from '../kind.js';
import { ownName } from '../object-id.js';
import { address } from '../reading/query-fragments.js';
import { dollarQuote } from '../routines/dollar-quote.js';
import { settingActions } from '../routines/routine-settings.js';
import { type Hazard, type Statement, statement } from '../statement.js';

export interface RoleDefinition {
  readonly superuser: boolean;
  readonly login: boolean;
  readonly createDatabase: boolean;
  readonly createRole: boolean;
  readonly inherit: boolean;
  readonly replication: boolean;
  readonly bypassRls: boolean;
  /** `null`: as many as there may be. */
  readonly connectionLimit: number | null;
  /** `null`: for ever. */
  readonly validUntil: string | null;
  /** `name=value`, sorted. */
  readonly settings: readonly string[];
  /** The same for sessions in this database. */
  readonly databaseSettings: readonly string[];
}

type Role = CatalogObject<RoleDefinition>;

export function isRole(object: CatalogObject): object is Role {
  return object.kind === 'role';
}

export const role: KindSpec<RoleDefinition> = {
  name: 'role',
  query: () => `
    SELECT ARRAY[${address('pg_authid', 'r.oid')}] AS addresses,
      ARRAY[r.rolname::text] AS names,
      json_build_object('superuser', r.rolsuper, 'login', r.rolcanlogin,
        'createDatabase', r.rolcreatedb, 'createRole', r.rolcreaterole, 'inherit', r.rolinherit,
        'replication', r.rolreplication, 'bypassRls', r.rolbypassrls,
        'connectionLimit', nullif(r.rolconnlimit, -1),
        'validUntil', nullif(r.rolvaliduntil, 'infinity')::text,
        'settings', ${sorted('r.rolconfig')}, 'databaseSettings', ${sorted('s.setconfig')})
        AS definition
    FROM pg_roles r LEFT JOIN pg_db_role_setting s ON s.setrole = r.oid
      AND s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
    WHERE r.oid >= 16384 AND r.rolname !~ '^pg_' AND r.rolname <> current_user
    ORDER BY r.rolname`,
  target,
  create: (object) => [
    statement(['CREATE', target(object), ...attributeChanges(undefined, object)].join(' '), {
      hazards: object.definition.superuser
        ? [{ kind: 'widens-privileges', message: `${ownName(object)} may do everything` }]
        : [],
    }),
    ...changeSettings(undefined, object),
  ],
  drop: (object) => [
    statement(`DROP ${target(object)}`, {
      hazards: [
        {
          kind: 'breaks-code',
          message: `nobody can connect as ${ownName(object)} any more, to any database of the server`,
        },
      ],
    }),
  ],
  alter: (before, after) => {
    const attributes = attributeChanges(before, after);
    const settings = changeSettings(before, after);
    if (attributes.length === 0) return altered(...settings);
    const sql = ['ALTER', target(after), ...attributes].join(' ');
    return altered(statement(sql, { hazards: hazardsOf(before, after) }), ...settings);
  },
  rename: (object, names) => [
    statement(`ALTER ${target(object)} RENAME TO ${quoteIdentifier(names.at(-1) ?? '')}`),
  ],
};

function sorted(list: string): string {
  return `(SELECT coalesce(json_agg(c.setting ORDER BY c.setting COLLATE "C"), '[]'::json)
    FROM unnest(${list}) c(setting))`;
}

function target(object: Role): string {
  return `ROLE ${ownName(object)}`;
}

type Flag = Exclude<
  keyof RoleDefinition,
  'connectionLimit' | 'validUntil' | 'settings' | 'databaseSettings'
>;

interface Attribute {
  readonly flag: Flag;
  readonly word: string;
  /** As CREATE ROLE sets it by itself. */
  readonly standard: boolean;
  /** What a role may do with it; `null` where it says only how it does. */
  readonly may: string | null;
}

const ATTRIBUTES: readonly Attribute[] = [
  { flag: 'superuser', word: 'SUPERUSER', standard: false, may: 'do everything' },
  { flag: 'login', word: 'LOGIN', standard: false, may: 'connect' },
  { flag: 'createDatabase', word: 'CREATEDB', standard: false, may: 'create databases' },
  { flag: 'createRole', word: 'CREATEROLE', standard: false, may: 'create and drop roles' },
  { flag: 'inherit', word: 'INHERIT', standard: true, may: null },
  { flag: 'replication', word: 'REPLICATION', standard: false, may: 'stream every change' },
  { flag: 'bypassRls', word: 'BYPASSRLS', standard: false, may: 'pass row-level security by' },
];

/** Words of CREATE ROLE or ALTER ROLE for what differs. */
function attributeChanges(before: Role | undefined, after: Role): readonly string[] {
  const { connectionLimit, validUntil } = after.definition;
  const words = ATTRIBUTES.flatMap(({ flag, word, standard }) => {
    const had = before?.definition[flag] ?? standard;
    const wanted = after.definition[flag];
    return had === wanted ? [] : [wanted ? word : `NO${word}`];
  });
  const limit = before?.definition.connectionLimit ?? null;
  if (limit !== connectionLimit) words.push(`CONNECTION LIMIT ${connectionLimit ?? -1}`);
  const until = before?.definition.validUntil ?? null;
  if (until !== validUntil) words.push(`VALID UNTIL ${quoteLiteral(validUntil ?? 'infinity')}`);
  return words;
}

function hazardsOf(before: Role, after: Role): readonly Hazard[] {
  return ATTRIBUTES.flatMap(({ flag, may }): readonly Hazard[] => {
    if (may === null || before.definition[flag] === after.definition[flag]) return [];
    return after.definition[flag]
      ? [{ kind: 'widens-privileges', message: `${ownName(after)} may ${may}` }]
      : [{ kind: 'breaks-code', message: `${ownName(after)} may no longer ${may}` }];
  });
}

function changeSettings(before: Role | undefined, after: Role): readonly Statement[] {
  const head = `ALTER ${target(after)}`;
  const old = before?.definition;
  return [
    ...actions(old?.settings, after.definition.settings).map((action) =>
      statement(`${head} ${action}`),
    ),
    // SQL has no word for the database it runs in.
    ...actions(old?.databaseSettings, after.definition.databaseSettings).map((action) => {
      const text = quoteLiteral(
        `${head.replaceAll('%', '%%')} IN DATABASE %I ${action.replaceAll('%', '%%')}`,
      );
      return statement(
        `DO ${dollarQuote(`\nBEGIN\n    EXECUTE format(${text}, current_database());\nEND\n`)}`,
      );
    }),
  ];
}

/** In the order in which settings are kept, so that nothing has to be set only for its place. */
function actions(before: readonly string[] = [], after: readonly string[]): readonly string[] {
  const had = new Set(before.map(nameOf));
  const kept = after.filter((setting) => had.has(nameOf(setting)));
  const added = after.filter((setting) => !had.has(nameOf(setting)));
  return settingActions(before, [...kept, ...added]) ?? [];
}

function nameOf(setting: string): string {
  return setting.slice(0, setting.indexOf('='));
}
