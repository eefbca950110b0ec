// What only a head tells of that was kept elsewhere: chains that were written anew or cut, and rows that
// were taken away as if they were pruned.

import { sql } from 'drizzle-orm';
import { bigint, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { verifyAudit } from 'plinth';
import { describe, expect, it } from 'vitest';
import { ROW, rehash, useAuditChain } from './support/audit-chain.js';
import { auditLog } from './support/audit-tables.js';

const audit = useAuditChain();
const { addNote, findings, tamper, verify } = audit;

describe('against heads that were kept', () => {
  /** Every hash from a row on, as somebody would who owns the database. */
  async function rewrite(from: number): Promise<void> {
    for (let seq = from; seq <= 6; seq++) {
      if (seq > 1) {
        await tamper(
          `UPDATE audit_log SET previous_hash = (SELECT hash FROM audit_log ${ROW} ${seq - 1}) ${ROW} ${seq}`,
        );
      }
      await tamper(rehash(seq));
    }
    await tamper(
      `UPDATE audit_chains SET last_hash = (SELECT hash FROM audit_log ${ROW} 6) WHERE tenant_id = $1`,
    );
  }

  it('a chain is found that was written anew with right hashes', async () => {
    const { heads } = await verify();
    await tamper(`UPDATE audit_log SET actor = 'eve' ${ROW} 3`);
    await rewrite(3);
    expect(await findings()).toEqual([]);
    expect(await findings(heads)).toEqual(['rewritten 6']);
  });

  it('a chain is found that was cut to an earlier state', async () => {
    const { heads } = await verify();
    await tamper(
      'DELETE FROM audit_log WHERE tenant_id = $1 AND seq > 4',
      `UPDATE audit_chains SET last_seq = 4, last_hash = (SELECT hash FROM audit_log ${ROW} 4) WHERE tenant_id = $1`,
    );
    expect(await findings()).toEqual([]);
    expect(await findings(heads)).toEqual(['cut 6']);
  });

  it('a chain is found that went altogether', async () => {
    const { heads } = await verify();
    for (const table of ['audit_log', 'audit_chains']) {
      await tamper(`DELETE FROM ${table} WHERE tenant_id = $1`);
    }
    const query = `SELECT '${audit.tenant}'`;
    const { findings: found } = await verifyAudit(audit.db, { log: auditLog, tenants: query });
    expect(found).toEqual([]);
    expect(await findings()).toEqual(['missing 1']);
    expect(await findings(heads)).toEqual(['cut 6']);
  });
});

describe('rows that were taken away as if they were pruned', () => {
  const move = (seq: string, prunedBefore: string) => [
    `UPDATE audit_chains SET first_seq = ${seq}, pruned_before = ${prunedBefore},
       first_previous_hash = (SELECT hash FROM audit_log WHERE tenant_id = $1 AND seq = ${seq} - 1) WHERE tenant_id = $1`,
    `DELETE FROM audit_log WHERE tenant_id = $1 AND seq < (SELECT first_seq FROM audit_chains WHERE tenant_id = $1)`,
  ];

  it.each([
    [
      'all of them, and nothing says when',
      'last_seq + 1',
      'NULL',
      ['missing 6', 'cut 6'],
      ['cut 6'],
    ],
    [
      'all of them, long ago',
      'last_seq + 1',
      `now() - interval '7 years'`,
      ['missing 6'],
      ['cut 6'],
    ],
    ['some, and nothing says when', '4', 'NULL', ['cut 3'], ['cut 1']],
    ['some, not long enough ago', '4', `now() - interval '5 years'`, ['cut 3'], ['cut 1']],
    ['some, in the future', '4', `'infinity'`, ['cut 3'], ['cut 1']],
    ['some, before all time', '4', `'-infinity'`, ['cut 3'], ['cut 1']],
    ['some, long ago', '4', `now() - interval '7 years'`, [], ['cut 1']],
    ['all but the last, long ago', 'last_seq', `now() - interval '7 years'`, [], ['cut 1']],
  ])('are found: %s', async (_, seq, before, alone, more) => {
    const { heads } = await verify();
    await tamper(...move(seq, before));
    expect(await findings()).toEqual(alone);
    expect(await findings(heads)).toEqual([...alone, ...more]);
  });

  it('are found where the chain went on behind them, by a head whose row is too young', async () => {
    const { heads } = await verify();
    await addNote('after');
    await tamper(...move('7', `now() - interval '7 years'`));
    expect(await findings()).toEqual([]);
    const { findings: found } = await verify(heads);
    expect(found).toMatchObject([
      { kind: 'cut', seq: 6, message: expect.stringMatching(/row 6 is of 2.*is kept for 6 years/) },
    ]);
  });

  it('are found by the first row of a chain that was pruned before', async () => {
    await tamper(`UPDATE audit_log SET occurred_at = occurred_at - interval '7 years' ${ROW} 1`);
    const prune = sql`SELECT audit_log_prune(${audit.tenant}, now() - interval '6 years 1 day', 10)`;
    await audit.db.tenant(audit.tenant).execute(prune);
    const { heads } = await verify();
    expect(heads).toMatchObject([{ firstSeq: 2 }]);
    await tamper(...move('4', `now() - interval '7 years'`));
    const { findings: found, pruned } = await verify(heads);
    expect(found).toMatchObject([
      { kind: 'cut', seq: 2, message: expect.stringMatching(/row 2 is of 2.*is kept for 6 years/) },
    ]);
    expect(pruned).toMatchObject([{ tenant: audit.tenant, lastSeq: 3 }]);
  });

  it('are not looked for where the head does not know of when its first row was', async () => {
    await tamper(`UPDATE audit_log SET occurred_at = 'infinity' ${ROW} 1`);
    const { heads } = await verify();
    expect(heads).toMatchObject([{ firstSeq: 1, firstOccurredAt: null, seq: 6 }]);
    await tamper(...move('2', `now() - interval '7 years'`));
    expect(await findings(heads)).toEqual([]);
  });

  it('are found wherever nobody says how long rows are kept', async () => {
    const unknown = pgTable('audit_log', {
      tenantId: text('tenant_id'),
      seq: bigint('seq', { mode: 'number' }),
      rowKey: jsonb('row_key'),
      previousHash: text('previous_hash'),
      hash: text('hash'),
    });
    const { heads } = await verify();
    await addNote('after');
    await tamper(...move('7', `now() - interval '7 years'`));
    const options = { log: unknown, tenant: audit.tenant, against: heads };
    const { findings: found } = await verifyAudit(audit.db, options);
    expect(found.map(({ message }) => message)).toEqual([
      expect.stringContaining('the log does not say how long it keeps them'),
      expect.stringContaining('the log does not say how long it keeps it'),
    ]);
    const known = await verifyAudit(audit.db, { ...options, against: [], keep: '6 years' });
    expect(known.findings).toEqual([]);
  });
});
