// What a superuser does to the rows of an audit log, and to those of its chains, is found and told of
// rightly.

import { verifyAudit } from 'plinth';
import { describe, expect, it } from 'vitest';
import { ROW, rehash, useAuditChain } from './support/audit-chain.js';
import { auditLog, notes, TENANTS_QUERY } from './support/audit-tables.js';

const audit = useAuditChain();
const { addNote, findings, tamper, verify } = audit;

describe('a row that was changed', () => {
  it.each([
    ['occurred_at', `occurred_at + interval '1 microsecond'`],
    ['transaction_row', '2'],
    ['actor', `'eve'`],
    ['actor', 'NULL'],
    ['request_id', `'r2'`],
    ['role', `'somebody'`],
    ['action', `'delete'`],
    ['table_name', `'parts'`],
    ['row_key', `'{"id": 1}'`],
    ['columns', `'{}'`],
    ['changes', `'{"title": {"new": "other"}}'`],
    ['changes', 'NULL'],
    ['previous_hash', `sha256('x')`],
    ['hash', `sha256('x')`],
  ])('is found by its %s: %s', async (column, value) => {
    for (const seq of [1, 3, 6]) {
      await tamper(`UPDATE audit_log SET ${column} = ${value} ${ROW} ${seq}`);
    }
    expect(await findings()).toEqual(['changed 1', 'changed 3', 'changed 6']);
  });

  it('is found where the changes that it never had became a null of JSON', async () => {
    await audit.db.tenant(audit.tenant).update(notes).set({ body: 'text' });
    expect(await findings()).toEqual([]);
    await tamper(`UPDATE audit_log SET changes = 'null' ${ROW} 8`);
    expect(await findings()).toEqual(['changed 8']);
  });

  it('is found where its own hash was computed anew, by the row behind it', async () => {
    await tamper(`UPDATE audit_log SET actor = 'eve' ${ROW} 3`, rehash(3));
    expect(await findings()).toEqual(['unlinked 4']);
  });

  it('is found at the end of the chain, too', async () => {
    await tamper(`UPDATE audit_log SET actor = 'eve' ${ROW} 6`, rehash(6));
    expect(await findings()).toEqual(['end-changed 6']);
  });

  it('is found where it moved to another tenant', async () => {
    const other = `${audit.tenant}-other`;
    await tamper(`UPDATE audit_log SET tenant_id = $1 || '-other' ${ROW} 6`);
    expect(await findings()).toEqual(['missing 6']);
    await audit.superuser.query('INSERT INTO tenants VALUES ($1)', [other]);
    const found = await verifyAudit(audit.db, {
      log: auditLog,
      tenants: TENANTS_QUERY,
      tenant: other,
    });
    expect(found.findings.map(({ kind }) => kind)).toEqual(['missing', 'changed', 'no-chain']);
    await audit.superuser.query('DELETE FROM audit_log WHERE tenant_id = $1', [other]);
  });
});

describe('rows that were removed', () => {
  it.each([
    ['the first', '= 1', ['missing 1']],
    ['one in the middle', '= 3', ['missing 3']],
    ['several', 'IN (2, 3, 5)', ['missing 2', 'missing 5']],
    ['the last', '= 6', ['missing 6']],
    ['all', '> 0', ['missing 1']],
  ])('are found: %s', async (_, which, expected) => {
    await tamper(`DELETE FROM audit_log WHERE tenant_id = $1 AND seq ${which}`);
    expect(await findings()).toEqual(expected);
  });

  it('are told of in words', async () => {
    await tamper('DELETE FROM audit_log WHERE tenant_id = $1 AND seq IN (2, 3)');
    const { findings: found } = await verify();
    expect(found).toEqual([
      { kind: 'missing', tenant: audit.tenant, seq: 2, message: 'rows 2 to 3 are missing' },
    ]);
  });

  it('are found where the others were numbered anew', async () => {
    await tamper(
      `DELETE FROM audit_log ${ROW} 3`,
      `UPDATE audit_log SET seq = seq + 1000 WHERE tenant_id = $1 AND seq > 3`,
      `UPDATE audit_log SET seq = seq - 1001 WHERE tenant_id = $1 AND seq > 1000`,
      `UPDATE audit_chains SET last_seq = 5 WHERE tenant_id = $1`,
    );
    expect(await findings()).toEqual(['reordered 3', 'reordered 4', 'changed 5']);
  });
});

describe('rows that were inserted', () => {
  const copy = (seq: string, previous = 'previous_hash', hash = 'hash') =>
    `INSERT INTO audit_log (tenant_id, seq, occurred_at, transaction_row, actor, role, action, table_name, row_key, columns, previous_hash, hash)
     SELECT tenant_id, ${seq}, occurred_at, 1, 'eve', role, action, table_name, row_key, columns, ${previous}, ${hash}
     FROM audit_log ${ROW} 6`;

  it('are found behind the end, with right hashes too', async () => {
    await tamper(copy('7', 'hash'), rehash(7));
    expect(await findings()).toEqual(['inserted 7']);
  });

  it('are found before the beginning', async () => {
    await tamper(copy('0'));
    expect(await findings()).toEqual(['inserted 0']);
  });

  it('are found in the middle, where room was made for them', async () => {
    await tamper(
      'UPDATE audit_log SET seq = seq + 1000 WHERE tenant_id = $1 AND seq > 3',
      'UPDATE audit_log SET seq = seq - 999 WHERE tenant_id = $1 AND seq > 1000',
      'UPDATE audit_chains SET last_seq = 7 WHERE tenant_id = $1',
      copy('4').replace('= 6', '= 7'),
      `UPDATE audit_log SET previous_hash = (SELECT hash FROM audit_log ${ROW} 3) ${ROW} 4`,
      rehash(4),
    );
    const found = await findings();
    expect(found.map((each) => each.split(' ')[1])).toEqual(['5', '6', '7']);
  });

  it('are found where they move the end along with them', async () => {
    await tamper(
      `INSERT INTO audit_log SELECT tenant_id, 7, occurred_at, 2, actor, request_id, role, action, table_name, row_key, columns, changes, hash, sha256('x')
       FROM audit_log ${ROW} 6`,
    );
    expect(await findings()).toEqual(['inserted 7']);
  });
});

describe('rows that were reordered', () => {
  it('are found where two exchanged their numbers', async () => {
    await tamper(
      `UPDATE audit_log SET seq = 1002 ${ROW} 2`,
      `UPDATE audit_log SET seq = 2 ${ROW} 5`,
      `UPDATE audit_log SET seq = 5 ${ROW} 1002`,
    );
    const { findings: found } = await verify();
    expect(found.map(({ message }) => message)).toEqual([
      'row 2 holds what was row 5: rows were reordered',
      'row 5 holds what was row 2: rows were reordered',
    ]);
  });

  it('are found where one was put at the end', async () => {
    await tamper(`UPDATE audit_log SET seq = 7 ${ROW} 2`);
    expect(await findings()).toEqual(['missing 2', 'reordered 7']);
  });

  it('are found where two exchanged what they tell, and kept their hashes', async () => {
    await tamper(
      `UPDATE audit_log a SET row_key = b.row_key, changes = b.changes, occurred_at = b.occurred_at
       FROM audit_log b WHERE a.tenant_id = $1 AND b.tenant_id = $1 AND a.seq IN (2, 5) AND b.seq = 7 - a.seq`,
    );
    expect(await findings()).toEqual(['changed 2', 'changed 5']);
  });
});

describe('the row of a chain', () => {
  it.each([
    ['last_seq = 5', ['inserted 6', 'end-changed 5']],
    ['last_seq = 8', ['missing 7']],
    [`last_hash = sha256('x')`, ['end-changed 6']],
    ['first_seq = 3', ['inserted 1', 'inserted 2', 'unlinked 3', 'cut 2']],
    [`first_previous_hash = sha256('x')`, ['unlinked 1']],
  ])('is found where it was changed: %s', async (change, expected) => {
    await tamper(`UPDATE audit_chains SET ${change} WHERE tenant_id = $1`);
    expect(await findings()).toEqual(expected);
  });

  it('is missed where it was removed, and made anew by the next row', async () => {
    await tamper('DELETE FROM audit_chains WHERE tenant_id = $1');
    expect(await findings()).toEqual(['no-chain 6']);
    await addNote('after');
    expect(await findings()).toEqual([]);
  });
});

describe('what stands at the ends of types', () => {
  it.each(['-9223372036854775808', '9223372036854775807'])('is found: seq %s', async (seq) => {
    await tamper(
      `INSERT INTO audit_log SELECT tenant_id, ${seq}, occurred_at, 1, actor, request_id, role, action, table_name, row_key, columns, changes, previous_hash, hash
       FROM audit_log ${ROW} 1`,
      `DELETE FROM audit_log ${ROW} 3`,
    );
    const { findings: found } = await verify();
    expect(found.map(({ kind }) => kind).sort()).toEqual(['inserted', 'missing']);
    expect(found.find(({ kind }) => kind === 'inserted')?.message).toContain(`row ${seq} is`);
  });

  it.each(['infinity', '-infinity', '294276-12-31', '4713-01-01 BC'])(
    'is found: a row of %s',
    async (moment) => {
      await tamper(`UPDATE audit_log SET occurred_at = '${moment}' ${ROW} 3`);
      expect(await findings()).toEqual(['changed 3']);
      await tamper(`UPDATE audit_log SET occurred_at = '${moment}' ${ROW} 6`);
      expect((await verify()).heads).toEqual([]);
    },
  );
});
