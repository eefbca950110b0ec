// How a table is altered in place, beside its columns and constraints.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { type Alteration, altered, refused, type Sides } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import { lockAll, lockChanges } from './relation-locks.js';
import { rewriting } from './rewriting.js';
import { changeParameters } from './storage-parameters.js';
import type { TableDefinition } from './table-definition.js';
import { changePersistence } from './table-persistence.js';

type Table = CatalogObject<TableDefinition>;

const ACCESS_METHOD_SINCE = 150_000;

export function alterTable(before: Table, after: Table, sides: Sides): Alteration {
  const [old, wanted] = [before.definition, after.definition];
  if (old.partitionBy !== wanted.partitionBy) return refused(otherPartitioning(before, after));
  if (old.unlogged !== wanted.unlogged && wanted.partitionBy !== null) {
    return refused(otherPersistence(after));
  }
  const method = changeAccessMethod(before, after, sides);
  if (method === undefined) return refused(otherAccessMethod(after));
  return altered(
    ...changePersistence(after, sides),
    ...method,
    ...changeTablespace(before, after),
    ...changeStorage(before, after),
    ...changeRowSecurity(before, after),
  );
}

function otherPartitioning(before: Table, after: Table): string {
  const name = qualifiedName(after.names);
  const said = ({ definition: { partitionBy } }: Table): string =>
    partitionBy === null ? 'a plain table' : `partitioned by ${partitionBy}`;
  return `${name} is ${said(before)} and shall be ${said(after)}; PostgreSQL cannot change that in place: create the new table under another name, move the rows, then drop the old one`;
}

function otherPersistence({ names }: Table): string {
  return `${qualifiedName(names)} is partitioned and has no rows of its own; PostgreSQL cannot make it LOGGED or UNLOGGED: do that to its partitions`;
}

function otherAccessMethod({ names, definition }: Table): string {
  const method = definition.accessMethod ?? 'heap';
  return `${qualifiedName(names)} shall use the access method ${method}; PostgreSQL can change that from version 15 on`;
}

/** `undefined` where this server cannot. */
function changeAccessMethod(
  before: Table,
  after: Table,
  { serverVersion }: Sides,
): readonly Statement[] | undefined {
  const { accessMethod } = after.definition;
  if (before.definition.accessMethod === accessMethod) return [];
  if (serverVersion < ACCESS_METHOD_SINCE) return undefined;
  const name = qualifiedName(after.names);
  // A partitioned table has no rows: the method is one for partitions to come.
  const isPartitioned = after.definition.partitionBy !== null;
  const method = accessMethod ?? (isPartitioned ? 'DEFAULT' : 'heap');
  const written = method === 'DEFAULT' ? method : quoteIdentifier(method);
  return [
    statement(`ALTER TABLE ${name} SET ACCESS METHOD ${written}`, {
      locks: lockAll(name),
      hazards: isPartitioned ? [] : rewriting(name),
    }),
  ];
}

function changeTablespace(before: Table, after: Table): readonly Statement[] {
  const { tablespace, partitionBy } = after.definition;
  if (before.definition.tablespace === tablespace) return [];
  const name = qualifiedName(after.names);
  const written = quoteIdentifier(tablespace ?? 'pg_default');
  return [
    statement(`ALTER TABLE ${name} SET TABLESPACE ${written}`, {
      locks: lockAll(name),
      hazards: partitionBy === null ? rewriting(name) : [],
    }),
  ];
}

function changeStorage(before: Table, after: Table): readonly Statement[] {
  const name = qualifiedName(after.names);
  return changeParameters(before.definition.parameters, after.definition.parameters).map((action) =>
    statement(`ALTER TABLE ${name} ${action}`, { locks: lockChanges(name) }),
  );
}

function changeRowSecurity(before: Table, after: Table): readonly Statement[] {
  const name = qualifiedName(after.names);
  const [old, wanted] = [before.definition, after.definition];
  const statements: Statement[] = [];
  if (old.rowSecurity !== wanted.rowSecurity) {
    const hazard = wanted.rowSecurity ? hides(name) : opens(name, 'every role with privileges on');
    statements.push(switchRowSecurity(name, wanted.rowSecurity ? 'ENABLE' : 'DISABLE', hazard));
  }
  if (old.forceRowSecurity !== wanted.forceRowSecurity) {
    const hazard = wanted.forceRowSecurity ? hides(name) : opens(name, 'the owner of');
    statements.push(
      switchRowSecurity(name, wanted.forceRowSecurity ? 'FORCE' : 'NO FORCE', hazard),
    );
  }
  return statements;
}

function switchRowSecurity(name: string, word: string, hazard: Hazard): Statement {
  return statement(`ALTER TABLE ${name} ${word} ROW LEVEL SECURITY`, {
    locks: lockAll(name),
    hazards: [hazard],
  });
}

function hides(name: string): Hazard {
  return { kind: 'breaks-code', message: `rows of ${name} that no policy lets through disappear` };
}

function opens(name: string, who: string): Hazard {
  return { kind: 'widens-privileges', message: `${who} ${name} sees every row of it` };
}
