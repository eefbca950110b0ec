// The kind `subscription`. Whether one is enabled and how far it has come is the state of a
// running system and no part of its definition. Passwords are never read.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec, REBUILT, type Sides } from '../kind.js';
import { objectId, ownName } from '../object-id.js';
import { address } from '../reading/query-fragments.js';
import { SUBSCRIPTIONS } from '../reading/subscription-connection.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import { layOut } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';

interface SubscriptionDefinition {
  /** Without its password; `null` where the role that reads may not see it. */
  readonly connection: string | null;
  readonly hasPassword: boolean;
  readonly publications: readonly string[];
  /** The replication slot on the publisher. */
  readonly slot: string | null;
  /** Options as they are written after WITH: names and values. */
  readonly options: Readonly<Record<string, string>>;
}

type Subscription = CatalogObject<SubscriptionDefinition>;

/** The options, where each came from and what it is without being named. */
interface Option {
  readonly name: string;
  /** SQL for its value as text. */
  readonly value: (serverVersion: number) => string;
  readonly standard: (serverVersion: number) => string;
  readonly since: number;
}

const OFF = (): string => 'false';
const isOn = (column: string) => (): string => `s.${column}::text`;

const OPTIONS: readonly Option[] = [
  { name: 'binary', value: isOn('subbinary'), standard: OFF, since: 140_000 },
  {
    name: 'streaming',
    value: (version) =>
      version < 160_000
        ? `CASE WHEN s.substream THEN 'on' ELSE 'off' END`
        : `CASE s.substream WHEN 'f' THEN 'off' WHEN 't' THEN 'on' ELSE 'parallel' END`,
    standard: (version) => (version < 180_000 ? 'off' : 'parallel'),
    since: 140_000,
  },
  {
    name: 'two_phase',
    value: () => `(s.subtwophasestate <> 'd')::text`,
    standard: OFF,
    since: 150_000,
  },
  { name: 'disable_on_error', value: isOn('subdisableonerr'), standard: OFF, since: 150_000 },
  {
    name: 'password_required',
    value: isOn('subpasswordrequired'),
    standard: () => 'true',
    since: 160_000,
  },
  { name: 'run_as_owner', value: isOn('subrunasowner'), standard: OFF, since: 160_000 },
  { name: 'origin', value: () => 's.suborigin', standard: () => 'any', since: 160_000 },
  { name: 'failover', value: isOn('subfailover'), standard: OFF, since: 170_000 },
  {
    name: 'synchronous_commit',
    value: () => 's.subsynccommit',
    standard: () => 'off',
    since: 140_000,
  },
];

/** What PostgreSQL cannot alter without asking the publisher, or at all. */
const FIXED = ['two_phase', 'failover'];

export const subscription: KindSpec<SubscriptionDefinition> = {
  name: 'subscription',
  presence: { catalog: 'pg_subscription' },
  query: (serverVersion) => `
    SELECT ARRAY[${address('pg_subscription', 's.oid')}] AS addresses,
      ARRAY[s.subname::text] AS names,
      pg_get_userbyid(s.subowner) AS owner,
      json_build_object('connection', c.shown, 'hasPassword', c.has_password,
        'publications', to_json(s.subpublications), 'slot', s.subslotname,
        'options', json_strip_nulls(json_build_object(${optionColumns(serverVersion)})))
        AS definition
    FROM ${SUBSCRIPTIONS}
    ORDER BY s.subname`,
  target,
  requires: ({ owner }) => (owner === null ? [] : [objectId('role', [owner])]),
  create: (object) => [create(object)],
  drop,
  alter: (before, after, sides) => {
    const [old, wanted] = [before.definition.options, after.definition.options];
    if (FIXED.some((name) => old[name] !== wanted[name])) return REBUILT;
    return altered(...change(before, after, sides));
  },
  isSame: (before, after, sides) => change(before, after, sides).length === 0,
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function optionColumns(serverVersion: number): string {
  return OPTIONS.filter(({ since }) => serverVersion >= since)
    .map(({ name, value, standard }) => {
      const text = value(serverVersion);
      return `'${name}', CASE WHEN ${text} <> '${standard(serverVersion)}' THEN ${text} END`;
    })
    .join(', ');
}

function target(object: Subscription): string {
  return `SUBSCRIPTION ${ownName(object)}`;
}

/** It connects to nothing: what it subscribes to need not be reachable while a plan runs. */
function create(object: Subscription): Statement {
  const { connection, publications, slot, options } = object.definition;
  const name = object.names[0] ?? '';
  const written = Object.entries(options).map(([option, value]) => `${option} = ${value}`);
  const slotOption = slot === name ? [] : [`slot_name = ${slotText(slot)}`];
  const head = `CREATE ${target(object)} CONNECTION ${quoteLiteral(connection ?? '')}`;
  return statement(
    layOut(head, [
      `PUBLICATION ${publications.map(quoteIdentifier).join(', ')}`,
      `WITH (${['connect = false', ...slotOption, ...written].join(', ')})`,
    ]),
    { hazards: [...connectionHazards(object), idle(object)] },
  );
}

function slotText(slot: string | null): string {
  return slot === null ? 'NONE' : quoteLiteral(slot);
}

function idle(object: Subscription): Hazard {
  const message = `${ownName(object)} receives nothing yet: create its slot on the publisher, then ALTER ${target(object)} ENABLE, and REFRESH PUBLICATION`;
  return { kind: 'breaks-code', message };
}

function connectionHazards(object: Subscription): readonly Hazard[] {
  const { connection, hasPassword } = object.definition;
  if (connection !== null && !hasPassword) return [];
  const missing =
    connection === null ? 'the connection could not be read' : 'a password is never written';
  const message = `${missing}; set it afterwards: ALTER ${target(object)} CONNECTION '…'`;
  return [{ kind: 'breaks-code', message }];
}

/** PostgreSQL would drop the slot too and ask the publisher for it, which may not be there. */
function drop(object: Subscription): readonly Statement[] {
  const { slot } = object.definition;
  const message = `the replication slot ${slot} stays on the publisher and keeps its log: drop it there`;
  const letGo = [
    statement(`ALTER ${target(object)} DISABLE`),
    statement(`ALTER ${target(object)} SET (slot_name = NONE)`, {
      hazards: [{ kind: 'breaks-code', message }],
    }),
  ];
  return [
    ...(slot === null ? [] : letGo),
    statement(`DROP ${target(object)}`, { transactional: false }),
  ];
}

function change(before: Subscription, after: Subscription, sides: Sides): readonly Statement[] {
  const [old, wanted] = [before.definition, after.definition];
  const alter = `ALTER ${target(after)}`;
  const statements: Statement[] = [];
  if (
    old.connection !== null &&
    wanted.connection !== null &&
    old.connection !== wanted.connection
  ) {
    statements.push(
      statement(`${alter} CONNECTION ${quoteLiteral(wanted.connection)}`, {
        hazards: connectionHazards(after),
      }),
    );
  }
  if (old.publications.join('\n') !== wanted.publications.join('\n')) {
    const list = wanted.publications.map(quoteIdentifier).join(', ');
    const message = `nothing of it arrives before ${alter} REFRESH PUBLICATION`;
    statements.push(
      statement(`${alter} SET PUBLICATION ${list} WITH (refresh = false)`, {
        hazards: [{ kind: 'breaks-code', message }],
      }),
    );
  }
  if (old.slot !== null && wanted.slot === null) statements.push(statement(`${alter} DISABLE`));
  const options = changeOptions(old, wanted, sides);
  if (options.length > 0) statements.push(statement(`${alter} SET (${options.join(', ')})`));
  return statements;
}

function changeOptions(
  before: SubscriptionDefinition,
  after: SubscriptionDefinition,
  { serverVersion }: Sides,
): readonly string[] {
  const changed = OPTIONS.filter(({ name }) => before.options[name] !== after.options[name]);
  const written = changed.map(
    ({ name, standard }) => `${name} = ${after.options[name] ?? standard(serverVersion)}`,
  );
  return before.slot === after.slot ? written : [`slot_name = ${slotText(after.slot)}`, ...written];
}
