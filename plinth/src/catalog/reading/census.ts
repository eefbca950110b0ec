// Asks which kinds of objects a database may hold, so that only their queries are sent.

import type { Kind } from '../kind.js';
import { type CatalogReader, readRows } from './catalog-reader.js';

/** The kinds whose queries may find something. */
export async function presentKinds(
  connection: CatalogReader,
  kinds: readonly Kind[],
): Promise<readonly Kind[]> {
  const rows = await readRows<{ kind: string }>(connection, censusQuery(kinds));
  const there = new Set(rows.map(({ kind }) => kind));
  return kinds.filter(({ name, presence }) => presence === undefined || there.has(name));
}

interface Wanted {
  readonly kind: string;
  readonly where: string;
}

/** Each catalog is gone through once. What came with PostgreSQL has an oid below 16384. */
function censusQuery(kinds: readonly Kind[]): string {
  const catalogs = new Map<string, Wanted[]>();
  for (const { name, presence } of kinds) {
    if (presence === undefined) continue;
    const { catalog, oid = 'oid', where = 'true' } = presence;
    const from = `${catalog} WHERE ${oid} >= 16384`;
    const wanted = catalogs.get(from) ?? [];
    if (wanted.length === 0) catalogs.set(from, wanted);
    wanted.push({ kind: name, where });
  }
  return [...catalogs].map(([from, wanted]) => catalogQuery(from, wanted)).join(' UNION ALL ');
}

function catalogQuery(from: string, wanted: readonly Wanted[]): string {
  const found = wanted.map(({ where }, index) => `bool_or(${where}) AS c${index}`);
  const named = wanted.map(({ kind }, index) => `('${kind}', c${index})`);
  return `SELECT k.kind FROM (SELECT ${found.join(', ')} FROM ${from}) c,
    LATERAL (VALUES ${named.join(', ')}) k (kind, is_there) WHERE k.is_there`;
}
