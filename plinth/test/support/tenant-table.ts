// A table under forced row-level security and a role that may use it, for tests of tenants.

import { randomBytes } from 'node:crypto';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import type { Engine } from 'plinth';

export const items = pgTable('items', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  tenantId: text('tenant_id').notNull(),
  body: text().notNull(),
});

/** Roles belong to the cluster, so every test file takes a name of its own. */
export function uniqueRole(): string {
  return `tenant_${randomBytes(6).toString('hex')}`;
}

/** Creates the table with its policy, and the role, which may log in. */
export async function createTenantTable(engine: Engine, role: string): Promise<void> {
  await engine.query(`
    CREATE TABLE items (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      tenant_id text NOT NULL,
      body text NOT NULL
    );
    ALTER TABLE items ENABLE ROW LEVEL SECURITY;
    ALTER TABLE items FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant_isolation_policy ON items
      USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')))
      WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')));
    CREATE ROLE ${role} LOGIN NOSUPERUSER NOBYPASSRLS;
    GRANT SELECT, INSERT, UPDATE, DELETE ON items TO ${role}`);
}

/** The same database as another user. */
export function asUser(url: string, user: string): string {
  const changed = new URL(url);
  changed.username = user;
  return changed.href;
}
