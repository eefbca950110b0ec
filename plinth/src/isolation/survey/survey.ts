// What a proof needs to know of a database, as plain data. It is read once, before anything is filled.

export interface Survey {
  readonly serverVersion: number;
  /** The role of the connection. */
  readonly filler: Filler;
  readonly tables: readonly Table[];
  readonly types: ReadonlyMap<string, Type>;
  readonly views: readonly View[];
  readonly functions: readonly DefinerFunction[];
  readonly role: RoleFacts;
}

export interface Filler {
  readonly name: string;
  /** Whether row-level security does not hold for it: then no setting is needed to fill. */
  readonly bypasses: boolean;
}

export interface Table {
  readonly oid: string;
  /** Quoted, with its schema: `public."Order"`. */
  readonly sql: string;
  /** `r`, `p` for a partitioned table, `f` for a foreign one. */
  readonly kind: string;
  readonly secured: boolean;
  readonly forced: boolean;
  /** Whether something runs when it is written: a trigger or a rule. */
  readonly hasTriggers: boolean;
  readonly isPartition: boolean;
  /** Tables that it is a partition or a child of, by oid. */
  readonly parents: readonly string[];
  readonly bound: string | null;
  /** Columns of its partition key, where it is partitioned; an expression is no column. */
  readonly partitionKey: readonly string[];
  /** Rows, by what the planner knows and by the size; rather too many. */
  readonly estimatedRows: number;
  /** What the tenant role may do with the whole table. */
  readonly may: TablePrivileges;
  /** What the connection's own role may do with any column. */
  readonly fillerMay: Pick<TablePrivileges, 'select' | 'insert'>;
  readonly publicPrivileges: readonly string[];
  readonly columns: readonly Column[];
  readonly keys: readonly Key[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly checks: readonly Check[];
  readonly policies: readonly Policy[];
}

export interface TablePrivileges {
  readonly select: boolean;
  readonly insert: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  readonly truncate: boolean;
  readonly references: boolean;
  readonly trigger: boolean;
}

export interface Column {
  readonly name: string;
  readonly type: string;
  /** The type as SQL says it, with its length: `character varying(100)`. */
  readonly typeSql: string;
  readonly typmod: number;
  readonly isRequired: boolean;
  readonly default: string | null;
  readonly isGenerated: boolean;
  /** `a` for always, `d` for by default, empty for none. */
  readonly identity: string;
  readonly may: { readonly select: boolean; readonly insert: boolean; readonly update: boolean };
}

/** What is unique: a constraint or an index. An exclusion counts too. */
export interface Key {
  readonly name: string;
  /** Of its columns, its expressions and its condition. */
  readonly columns: readonly string[];
  readonly isPrimary: boolean;
  readonly isExclusion: boolean;
  /** Whether it stands behind a constraint; else it is an index alone. */
  readonly isConstraint: boolean;
  /** Whether rows can be named by its columns: no expression, no condition. */
  readonly isPlain: boolean;
}

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  /** The table it points to, by oid. */
  readonly target: string;
  readonly targetColumns: readonly string[];
  readonly isDeferrable: boolean;
  /** What happens here when the other row goes: `a` nothing, `r` restrict, `c` cascade, `n`, `d`. */
  readonly onDelete: string;
  /** The same, when its key changes. */
  readonly onUpdate: string;
}

export interface Check {
  readonly name: string;
  readonly columns: readonly string[];
  readonly definition: string;
}

export interface Policy {
  readonly name: string;
  /** `r`, `a`, `w`, `d`, or `*` for all. */
  readonly command: string;
  readonly isPermissive: boolean;
  /** Whether it holds for the tenant role. */
  readonly applies: boolean;
  readonly using: string | null;
  readonly check: string | null;
}

export interface Type {
  readonly oid: string;
  readonly name: string;
  /** `b`ase, `c`omposite, `d`omain, `e`num, `r`ange, `m`ultirange, `p`seudo. */
  readonly kind: string;
  readonly category: string;
  readonly sql: string;
  readonly element: string | null;
  readonly base: string | null;
  readonly baseTypmod: number;
  readonly labels: readonly string[];
  readonly subtype: string | null;
  /** Types of the fields of a composite type. */
  readonly fields: readonly { readonly type: string; readonly typmod: number }[];
  readonly checks: readonly string[];
}

export interface View {
  readonly oid: string;
  readonly sql: string;
  readonly isMaterialized: boolean;
  readonly isInvoker: boolean;
  readonly isBarrier: boolean;
  readonly may: Pick<TablePrivileges, 'select' | 'insert' | 'update' | 'delete'>;
  readonly columns: readonly { readonly name: string; readonly category: string }[];
  /** Tables and views that its query names, by oid. */
  readonly reads: readonly string[];
}

/** A function that runs as its owner and that the tenant role may call. */
export interface DefinerFunction {
  /** With its schema and its arguments, as DROP FUNCTION takes it. */
  readonly signature: string;
  /** Quoted, with its schema. */
  readonly sql: string;
  readonly isProcedure: boolean;
  readonly isSet: boolean;
  readonly isVolatile: boolean;
  /** Whether its last argument takes any number of values. */
  readonly isVariadic: boolean;
  readonly source: string;
  readonly arguments: readonly { readonly name: string; readonly type: string }[];
}

export interface RoleFacts {
  readonly name: string;
  /** Whether the connection may become it. */
  readonly isReachable: boolean;
  /** Attributes that lead round the policies. */
  readonly attributes: readonly string[];
  readonly defaultPrivileges: readonly { readonly owner: string; readonly privilege: string }[];
}
