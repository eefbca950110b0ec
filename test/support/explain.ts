// A statement's plan as plain data. It runs nothing: EXPLAIN without ANALYZE.

import { type SQL, sql } from 'drizzle-orm';
import type { Database } from 'plinth';

/** One node of a plan, of those that PostgreSQL's JSON has the members that are looked at. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** Every node of the plan that a statement has for this role and tenant, the topmost first. */
export async function explain(
  db: Pick<Database, 'execute'>,
  query: SQL,
): Promise<readonly PlanNode[]> {
  const { rows } = await db.execute<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
    sql`EXPLAIN (FORMAT JSON) ${query}`,
  );
  return (rows[0]?.['QUERY PLAN'] ?? []).flatMap(({ Plan }) => allNodes(Plan));
}

function allNodes(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(allNodes)];
}

/** In short, such as `Limit > Index Scan idx_notes_tenant_id > Result`. */
export function describePlan(nodes: readonly PlanNode[]): string {
  return nodes
    .map((node) => [node['Node Type'], node['Index Name'] ?? ''].join(' ').trimEnd())
    .join(' > ');
}
