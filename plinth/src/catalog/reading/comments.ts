// The comments of a database, by the address of what they are on.

export interface Comment {
  readonly address: string;
  readonly description: string;
}

export const COMMENTS = `
  SELECT concat_ws(':', classoid, objoid, objsubid) AS address, description
  FROM pg_description
  WHERE objoid >= 16384 OR classoid = 'pg_namespace'::regclass
  UNION ALL
  SELECT concat_ws(':', classoid, objoid, 0), description FROM pg_shdescription
  WHERE classoid = 'pg_authid'::regclass`;
