// Which tables are isolated, and in which order they are filled.

import { describe, expect, it } from 'vitest';
import type { Table } from '../survey/survey.js';
import { foreignKey, survey, table } from '../survey/table.test.fixture.js';
import { findTenantColumns } from '../tenants.js';
import { isolatedTables, planFill } from './fill-plan.js';

function plan(tables: readonly Table[]) {
  const found = survey(tables);
  const tenantColumns = findTenantColumns(found, 'tenant_id');
  const marks = { column: 'tenant_id', setting: 'app.current_tenant_id', tenantColumns };
  const isolated = isolatedTables(found, marks);
  return {
    isolated: isolated.map(({ oid }) => oid),
    steps: planFill(found, isolated, tenantColumns).map((step) => ({
      table: step.table.oid,
      ...(step.isOwned ? { owned: true } : {}),
      ...(step.isCommon ? { common: true } : {}),
      ...(step.leftOut.size > 0 ? { leftOut: [...step.leftOut] } : {}),
    })),
  };
}

const policy = (using: string) => ({
  name: 'p',
  command: '*',
  isPermissive: true,
  applies: true,
  using,
  check: null,
});

describe('isolated are', () => {
  it('tables with the column, and those under policies that belong to a tenant', () => {
    const secured = { secured: true };
    const own = policy(`(id = current_setting('app.current_tenant_id'::text))`);
    const { isolated } = plan([
      table('notes', ['tenant_id']),
      table('accounts', ['id'], { ...secured, policies: [own] }),
      table('countries', ['code'], { ...secured, policies: [policy('true')] }),
      table('parts', ['note'], { ...secured, foreignKeys: [foreignKey('note', 'notes.id')] }),
      table('pieces', ['part'], { ...secured, foreignKeys: [foreignKey('part', 'parts.id')] }),
    ]);
    expect(isolated).toEqual(['notes', 'accounts', 'parts', 'pieces']);
  });

  it('partitions, and tables without policies that refer to one and can be reached', () => {
    const may = { select: true, insert: false, update: false };
    const files = table('files', ['note'], { foreignKeys: [foreignKey('note', 'notes.id')] });
    const unreachable = files.columns.map((one) => ({ ...one, may: { ...may, select: false } }));
    const { isolated } = plan([
      table('notes', ['tenant_id', 'id']),
      table('notes_1', ['tenant_id', 'id'], { isPartition: true, parents: ['notes'] }),
      files,
      table('archive', [], { ...files, oid: 'archive', columns: unreachable }),
    ]);
    expect(isolated).toEqual(['notes', 'notes_1', 'files']);
  });
});

describe('the order', () => {
  it('begins with what others refer to; what is common comes apart', () => {
    const { steps } = plan([
      table('lines', ['tenant_id', 'note', 'kind'], {
        foreignKeys: [foreignKey('note', 'notes.id'), foreignKey('kind', 'kinds.name')],
      }),
      table('notes', ['tenant_id', 'id'], { foreignKeys: [foreignKey('tenant_id', 'tenants.id')] }),
      table('tenants', ['id']),
      table('kinds', ['name']),
      table('unused', ['name']),
    ]);
    expect(steps).toEqual([
      { table: 'tenants', owned: true, common: true },
      { table: 'notes', owned: true },
      { table: 'kinds', common: true },
      { table: 'lines', owned: true },
    ]);
  });

  it('breaks a circle where a column may be NULL', () => {
    const { steps } = plan([
      table('a', ['tenant_id', 'b'], { foreignKeys: [foreignKey('b', 'b.id')] }),
      table('b', ['tenant_id', 'a?'], { foreignKeys: [foreignKey('a', 'a.id')] }),
    ]);
    expect(steps).toEqual([
      { table: 'b', owned: true, leftOut: ['a_fkey'] },
      { table: 'a', owned: true },
    ]);
  });
});
