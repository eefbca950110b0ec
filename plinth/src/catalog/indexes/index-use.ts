// Names an index that a table uses, whether it keeps a constraint or stands by itself.

import type { ObjectId } from '../catalog-object.js';
import { objectId } from '../object-id.js';

/** The object that the index is, or that it keeps. */
export interface IndexUse {
  readonly kind: string;
  readonly names: readonly string[];
}

/**
 * SQL for an `IndexUse`, of an index `x` on a relation `c` in the schema `n`, and of the constraint
 * `k` where it keeps one.
 */
export const INDEX_USE = `CASE WHEN k.oid IS NULL
          THEN json_build_object('kind', 'index', 'names', json_build_array(n.nspname, x.relname))
          ELSE json_build_object('kind', CASE k.contype WHEN 'p' THEN 'primary-key'
              WHEN 'u' THEN 'unique-constraint' ELSE 'exclusion-constraint' END,
            'names', json_build_array(n.nspname, c.relname, k.conname)) END`;

/** Joins the constraint `k` that an index `x` keeps. */
export const INDEX_CONSTRAINT = `LEFT JOIN pg_constraint k ON k.conindid = x.oid
        AND k.contype IN ('p', 'u', 'x')`;

export function indexUsed({ kind, names }: IndexUse): ObjectId {
  return objectId(kind, names);
}
