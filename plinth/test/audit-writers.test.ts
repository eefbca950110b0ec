// Writers of audited tables at once, and the removal of audit rows: the chains stay without holes.

import { eq, sql } from 'drizzle-orm';
import type { Database } from 'plinth';
import { beforeEach, describe, expect, it } from 'vitest';
import { useAuditDatabase } from './support/audit-chain.js';
import { notes } from './support/audit-tables.js';

const audit = useAuditDatabase();
const { addNote, rowsOf } = audit;
let tenant: string;
let scope: Database;

beforeEach(() => {
  ({ tenant, scope } = audit);
});

describe('writers at once', () => {
  it('make one chain of one tenant without holes, and do not lock each other out', async () => {
    const [one, two] = [await addNote(), await addNote()];
    // With the chain locked by the first statement this would be a deadlock: one waits for the
    // other's row, and the other for its chain.
    const write = async (index: number) =>
      await scope.transaction(
        async (tx) => {
          const order = index % 2 === 0 ? [one, two] : [two];
          for (const id of order) {
            await tx
              .update(notes)
              .set({ body: `${index}` })
              .where(eq(notes.id, id));
          }
          await tx.insert(notes).values({ tenantId: tenant, title: `${index}` });
        },
        { retries: 0 },
      );
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        for (let turn = 0; turn < 5; turn++) {
          if (index < 4) await write(index);
          else await addNote(`${index}`);
        }
      }),
    );
    const rows = await rowsOf();
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
    const inserts = rows.filter(({ action }) => action === 'insert');
    expect(inserts).toHaveLength(2 + 20 * 5);
  });

  it('of many tenants each make their own chain', async () => {
    const many = Array.from({ length: 10 }, (_, index) => `${tenant}-${index}`);
    await Promise.all(
      many.map(async (id) => {
        for (let turn = 0; turn < 5; turn++) {
          await audit.db
            .tenant(id)
            .insert(notes)
            .values({ tenantId: id, title: `${turn}` });
        }
      }),
    );
    for (const id of many) {
      expect((await rowsOf(id)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    }
  });

  it('make one chain of a tenant that has none yet', async () => {
    await Promise.all(Array.from({ length: 10 }, async (_, index) => await addNote(`${index}`)));
    expect((await rowsOf()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('are told to begin again under REPEATABLE READ, and the engine does', async () => {
    await addNote();
    await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        await scope.transaction(
          async (tx) => {
            await tx.select().from(notes);
            await tx.insert(notes).values({ tenantId: tenant, title: `${index}` });
          },
          { isolationLevel: 'repeatable read', retries: 20 },
        );
      }),
    );
    expect((await rowsOf()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('prune', () => {
  async function age(interval: string, from: number, to: number): Promise<void> {
    await audit.superuser.query(
      `UPDATE audit_log SET occurred_at = occurred_at - $1::interval WHERE tenant_id = $2 AND seq BETWEEN $3 AND $4`,
      [interval, tenant, from, to],
    );
  }
  const prune = async (before: string, most: number) => {
    const { rows } = await scope.execute<{ removed: number }>(
      sql`SELECT audit_log_prune(${tenant}, now() - ${before}::interval, ${most}) AS removed`,
    );
    return rows[0]?.removed;
  };

  it('removes the oldest rows, without holes, and none that is young', async () => {
    for (let index = 0; index < 6; index++) await addNote(`${index}`);
    await age('7 years', 1, 3);
    await age('7 years', 5, 5);
    expect(await prune('6 years 1 day', 2)).toBe(2);
    expect(await prune('6 years 1 day', 2)).toBe(1);
    expect(await prune('6 years 1 day', 2)).toBe(0);
    expect((await rowsOf()).map(({ seq }) => seq)).toEqual([4, 5, 6]);
    const { rows } = await audit.superuser.query(
      `SELECT first_seq::int, first_previous_hash = (SELECT previous_hash FROM audit_log l WHERE l.tenant_id = c.tenant_id AND seq = 4) AS linked
       FROM audit_chains c WHERE tenant_id = $1`,
      [tenant],
    );
    expect(rows).toEqual([{ first_seq: 4, linked: true }]);
  });

  it('removes nothing that is too young, whatever it is told, and of no other tenant', async () => {
    await addNote();
    await age('5 years', 1, 1);
    expect(await prune('4 years', 10)).toBe(0);
    expect(await rowsOf()).toHaveLength(1);
    const foreign = audit.db
      .tenant('somebody-else')
      .execute(sql`SELECT audit_log_prune(${tenant}, now() - interval '7 years', 10)`);
    await expect(foreign).rejects.toThrow(/own scope only/);
  });

  it('never removes the last row of a chain, and says how old what went was', async () => {
    await addNote();
    await addNote();
    await age('7 years', 1, 2);
    expect(await prune('6 years 1 day', 10)).toBe(1);
    expect(await prune('6 years 1 day', 10)).toBe(0);
    await addNote();
    const [, row] = await rowsOf();
    expect(row).toMatchObject({ seq: 3 });
    const { rows } = await audit.superuser.query(
      `SELECT pruned_before BETWEEN now() - interval '6 years 2 days' AND now() - interval '6 years' AS is_told
       FROM audit_chains WHERE tenant_id = $1`,
      [tenant],
    );
    expect(rows).toEqual([{ is_told: true }]);
  });

  it.each([
    ['at most so many as there are', '9223372036854775807', 1],
    ['none for less than none', '-9223372036854775808', 0],
  ])('takes %s', async (_, most, removed) => {
    await addNote();
    await addNote();
    await age('7 years', 1, 2);
    const { rows } = await scope.execute(
      sql.raw(
        `SELECT audit_log_prune('${tenant}', now() - interval '6 years 1 day', ${most}) AS removed`,
      ),
    );
    expect(rows).toEqual([{ removed }]);
  });

  it.each(['NULL, now(), 1', `'tenant', NULL, 1`, `'tenant', now(), NULL`])(
    'refuses NULL: %s',
    async (args) => {
      const call = sql.raw(`SELECT audit_log_prune(${args})`);
      await expect(audit.db.execute(call)).rejects.toThrow(/can be NULL/);
    },
  );
});
