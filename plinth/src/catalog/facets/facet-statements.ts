// Comment, owner and privileges of an object of any kind: the statements that turn those it has
// into those it shall have. It knows no kind by name.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import { type Statement, statement } from '../statement.js';
import type { FacetChange } from './facet-change.js';
import { lockOf } from './facet-lock.js';
import { privilegeStatements } from './privilege-statements.js';
import { sayTarget } from './say-target.js';

/**
 * COMMENT ON, ALTER … OWNER TO, REVOKE and GRANT, in this order: privileges go over to a new owner.
 * They belong after the statements that create or alter the object itself.
 */
export function facetStatements(change: FacetChange): readonly Statement[] {
  return [...commentOn(change), ...ownerTo(change), ...privilegeStatements(change)];
}

function commentOn({ kind, before, after, born, sides }: FacetChange): readonly Statement[] {
  const old = before === undefined ? born.comment(after) : before.comment;
  if (old === after.comment) return [];
  const text = after.comment === null ? 'NULL' : quoteLiteral(after.comment);
  const locks = lockOf(kind, after, sides, 'SHARE UPDATE EXCLUSIVE');
  return [statement(`COMMENT ON ${kind.target(after)} IS ${text}`, { locks })];
}

function ownerTo(change: FacetChange): readonly Statement[] {
  const { kind, before, after, born, sides } = change;
  const old = before === undefined ? born.role : before.owner;
  const { owner } = after;
  if (owner === null || owner === old || changesAlong(change)) return [];
  const target = kind.target(after);
  const message = `${owner} becomes the owner of ${sayTarget(target)} and may do everything with it`;
  return [
    statement(`ALTER ${target} OWNER TO ${quoteIdentifier(owner)}`, {
      locks: lockOf(kind, after, sides, 'ACCESS EXCLUSIVE'),
      hazards: before === undefined ? [] : [{ kind: 'widens-privileges', message }],
    }),
  ];
}

/** PostgreSQL changes the owner of a sequence with that of the table it belongs to. */
function changesAlong({ kind, before, after, sides }: FacetChange): boolean {
  const leader = kind.ownerFrom?.(after);
  if (before === undefined || leader === undefined || kind.ownerFrom?.(before) !== leader) {
    return false;
  }
  return sides.before(leader)?.owner === before.owner && sides.after(leader)?.owner === after.owner;
}
