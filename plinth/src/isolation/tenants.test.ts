// Which columns hold a tenant's id, and which ids two tenants get.

import { describe, expect, it } from 'vitest';
import { column, foreignKey, survey, table, textType } from './survey/table.test.fixture.js';
import { chooseTenants, findTenantColumns } from './tenants.js';

describe('findTenantColumns', () => {
  it('goes along foreign keys, to the registry and from it', () => {
    const tables = [
      table('tenants', ['id', 'name']),
      table('notes', ['tenant_id', 'id'], { foreignKeys: [foreignKey('tenant_id', 'tenants.id')] }),
      table('bills', ['payer', 'id'], { foreignKeys: [foreignKey('payer', 'tenants.id')] }),
      table('lines', ['owner', 'note'], {
        foreignKeys: [foreignKey('owner,note', 'notes.tenant_id,id')],
      }),
      table('kinds', ['name']),
    ];
    const found = findTenantColumns(survey(tables), 'tenant_id');
    expect([...found].map(([oid, names]) => `${oid}: ${[...names].join(' ')}`).sort()).toEqual([
      'bills: payer',
      'lines: owner',
      'notes: tenant_id',
      'tenants: id',
    ]);
  });
});

describe('chooseTenants', () => {
  const choose = (names: readonly string[], typmod = -1) => {
    const types = names.map((name, index) => textType(name, String(index)));
    const tables = types.map(({ oid }) =>
      table(`t${oid}`, [column('tenant_id', { type: oid, typmod })]),
    );
    const found = survey(tables, types);
    return chooseTenants(found, findTenantColumns(found, 'tenant_id'));
  };

  it.each([
    ['texts', ['text', 'varchar'], /^plinth[ab][0-9a-f]{13}$/],
    ['numbers, also where some are texts', ['int8', 'text'], /^9\d{8}$/],
    ['small numbers', ['int2', 'int4'], /^15\d{3}$/],
    ['uuids, also where some are texts', ['uuid', 'text'], /^[0-9a-f-]{36}$/],
  ])('are %s', (_, names, pattern) => {
    const tenants = choose(names);
    expect(tenants).toHaveLength(2);
    expect(new Set(tenants).size).toBe(2);
    for (const id of tenants) expect(id).toMatch(pattern);
  });

  it('fit the shortest column', () => {
    for (const id of choose(['varchar'], 4 + 6)) expect(id).toMatch(/^[ab][0-9a-f]{5}$/);
  });

  it.each([
    [['uuid', 'int4'], 'some tenant ids are uuid, some are numbers'],
    [['date'], 'a tenant id is of the type date'],
  ])('cannot be for %j', (names, reason) => {
    expect(choose(names)).toBe(reason);
  });
});
