// Reads a survey, in a handful of round trips. It changes nothing.

import type { Connection } from '../../engine/index.js';
import { PlinthError } from '../../errors/index.js';
import { quoteIdentifier } from '../../sql/index.js';
import type { DefinerFunction, RoleFacts, Survey, Table, Type, View } from './survey.js';
import { FILLER, FUNCTIONS, ROLE, TABLES, TYPES, VIEWS } from './survey-queries.js';

type Row<Facts> = { [Name in keyof Facts]: Facts[Name] };

/** @throws PlinthError ISOLATION_ROLE_UNUSABLE where there is no such role, or it cannot be taken on. */
export async function readSurvey(connection: Connection, role: string): Promise<Survey> {
  const facts = await readRole(connection, role);
  const { rows: fillers } = await connection.query<{
    name: string;
    bypasses: boolean;
    version: number;
  }>(FILLER);
  const [filler = { name: '', bypasses: false, version: 0 }] = fillers;
  const tables = await connection.query<Row<Omit<Table, 'partitionKey'>> & PartitionKey>(TABLES, [
    role,
  ]);
  const types = await connection.query<Row<Type>>(TYPES);
  const views = await connection.query<Row<View>>(VIEWS, [role]);
  const functions = await connection.query<Row<DefinerFunction>>(FUNCTIONS, [role]);
  return {
    serverVersion: filler.version,
    filler: { name: filler.name, bypasses: filler.bypasses },
    tables: tables.rows.map(({ partitionKey, ...table }) => ({
      ...table,
      partitionKey: partitionKey ?? [],
    })),
    types: new Map(types.rows.map((type) => [type.oid, type])),
    views: views.rows,
    functions: functions.rows,
    role: facts,
  };
}

type PartitionKey = { readonly partitionKey: readonly string[] | null };

async function readRole(connection: Connection, role: string): Promise<RoleFacts> {
  const { rows } = await connection.query<Row<RoleFacts> & { me: string }>(ROLE, [role]);
  const [facts] = rows;
  if (facts === undefined) {
    throw new PlinthError('ISOLATION_ROLE_UNUSABLE', `there is no role ${role}`, {
      hint: 'Name the role that requests run as with --role, or create it in a revision.',
      details: { role },
    });
  }
  if (!facts.isReachable) {
    const { me } = facts;
    const grant = `GRANT ${quoteIdentifier(role)} TO ${quoteIdentifier(me)}`;
    throw new PlinthError(
      'ISOLATION_ROLE_UNUSABLE',
      `this connection, ${me}, may not become ${role}`,
      {
        hint: `As a superuser, or as a role with ADMIN OPTION on ${role}, run ${grant}; or connect as a member of it.`,
        details: { role, me },
      },
    );
  }
  return facts;
}
