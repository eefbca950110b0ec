// SQL for privileges that a definition holds, as a list of grants. Those of an object of its own
// are no part of its definition: `privileges()` in query-fragments.ts reads them.

/** Lists of privileges, each with the owner's oid as SQL: `g.grantor` where it is who gave it. */
export interface OwnedList {
  readonly list: string;
  readonly owner: string;
}

/** As a JSON list of `Grant`, what stands in one list and not in the other; sorted. */
export function grantsBeyond(one: OwnedList, other: OwnedList | undefined): string {
  const rest = other === undefined ? '' : `EXCEPT ${itemsOf(other)}`;
  return `(SELECT coalesce(json_agg(
      CASE WHEN i.grantor IS NULL
        THEN json_build_object('grantee', i.grantee, 'privilege', i.privilege,
          'grantable', i.grantable)
        ELSE json_build_object('grantee', i.grantee, 'privilege', i.privilege,
          'grantable', i.grantable, 'grantor', i.grantor) END
      ORDER BY i.grantor NULLS FIRST, i.grantee NULLS FIRST, i.privilege), '[]'::json)
    FROM (${itemsOf(one)} ${rest}) i)`;
}

function itemsOf({ list, owner }: OwnedList): string {
  return `SELECT CASE WHEN g.grantee = ${owner} THEN NULL WHEN g.grantee = 0 THEN 'public'
        ELSE pg_get_userbyid(g.grantee) END COLLATE "C" AS grantee,
      g.privilege_type COLLATE "C" AS privilege, g.is_grantable AS grantable,
      CASE WHEN g.grantor = ${owner} THEN NULL
        ELSE pg_get_userbyid(g.grantor) END COLLATE "C" AS grantor
    FROM aclexplode(${list}) g`;
}
