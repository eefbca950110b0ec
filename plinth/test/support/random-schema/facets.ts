// What any object may have: an owner, a comment, privileges.

import type { Decisions } from './decisions.js';
import type { World } from './world.js';

export interface FacetTarget {
  /** As ALTER … OWNER TO and COMMENT ON name it: `TABLE app.t1`. */
  readonly target: string;
  /** As GRANT … ON names it; none where it has no privileges. */
  readonly grantTarget?: string;
  readonly privileges?: readonly [string, ...string[]];
  readonly hasOwner?: boolean;
}

export function drawFacets(
  decide: Decisions,
  world: World,
  { target, grantTarget, privileges, hasOwner = true }: FacetTarget,
): readonly string[] {
  const statements: string[] = [];
  if (decide.chance('comment', 20)) {
    statements.push(`COMMENT ON ${target} IS 'It''s ${decide.integer('comment text', 3)}'`);
  }
  if (hasOwner && decide.chance('owner', 15)) {
    statements.push(`ALTER ${target} OWNER TO ${decide.pick('owner role', world.roles, String)}`);
  }
  if (grantTarget !== undefined && privileges !== undefined) {
    if (decide.chance('grant', 25)) {
      const to = decide.pick('grantee', [...world.roles, 'PUBLIC'], String);
      const option = to !== 'PUBLIC' && decide.chance('grant option', 15);
      statements.push(
        `GRANT ${decide.one('privilege', privileges)} ON ${grantTarget} TO ${to}${option ? ' WITH GRANT OPTION' : ''}`,
      );
    }
    if (decide.chance('revoke', 7)) {
      statements.push(
        `REVOKE ALL ON ${grantTarget} FROM ${decide.one('revoked', ['PUBLIC', 'CURRENT_USER'])}`,
      );
    }
  }
  return statements;
}
