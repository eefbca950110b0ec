// Ties of an object to an extension that a user made with DEPENDS ON EXTENSION: the object is
// dropped with it. Members of extensions are another matter.

import { quoteIdentifier } from '../../sql/index.js';

/** A table of `objid` and `extensions`, a sorted JSON list of names, for the objects of a class. */
export function extensionTiesTable(catalog: string): string {
  return `(SELECT x.objid, json_agg(e.extname ORDER BY e.extname) AS extensions
      FROM pg_depend x JOIN pg_extension e ON e.oid = x.refobjid
      WHERE x.classid = '${catalog}'::regclass AND x.refclassid = 'pg_extension'::regclass
        AND x.deptype = 'x'
      GROUP BY x.objid)`;
}

/** The actions of ALTER that lead from one list of extensions to the other. */
export function changeTies(before: readonly string[], after: readonly string[]): readonly string[] {
  return [
    ...before.filter((name) => !after.includes(name)).map((name) => `NO ${tie(name)}`),
    ...after.filter((name) => !before.includes(name)).map(tie),
  ];
}

function tie(extension: string): string {
  return `DEPENDS ON EXTENSION ${quoteIdentifier(extension)}`;
}
