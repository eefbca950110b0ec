// What a random schema holds so far: what the objects after it can refer to.

import type { ValueType } from './value-type.js';

export interface Column {
  /** As SQL writes it. */
  readonly name: string;
  readonly type: ValueType;
  /** Whether rows may be written with a value of it. */
  readonly isWritable: boolean;
  /** A literal of a row where the type's own would not fit, such as outside of a partition. */
  readonly literal?: (row: number) => string;
}

/** How a partitioned table sends rows to its partitions. */
export interface Partitioning {
  readonly strategy: 'range' | 'list' | 'hash';
  readonly column: Column;
  readonly hasDefault: boolean;
}

export interface Relation {
  readonly name: string;
  readonly kind: 'table' | 'partitioned table' | 'view' | 'materialized view' | 'foreign table';
  readonly columns: readonly Column[];
  /** Column lists that a foreign key may refer to. */
  readonly keys: (readonly string[])[];
  readonly primaryKey: readonly string[] | undefined;
  /** Columns that every unique key of it must contain. */
  readonly keyed: readonly string[];
  partitioning: Partitioning | undefined;
  readonly isPartition: boolean;
  readonly isUnlogged: boolean;
}

export interface Routine {
  readonly name: string;
  readonly kind: 'function' | 'procedure' | 'aggregate';
  readonly args: readonly ValueType[];
  readonly returns: ValueType | 'trigger' | 'event_trigger' | 'rows' | 'nothing';
  readonly isImmutable: boolean;
}

export interface Operator {
  /** As SQL uses it: `OPERATOR(app.@@)`. */
  readonly name: string;
  readonly arg: ValueType;
  readonly isCondition: boolean;
}

/** A composite type, of which tables can be. */
export interface Composite {
  readonly name: string;
  readonly columns: readonly Column[];
}

export class World {
  readonly major: number;
  readonly roles: readonly string[];
  readonly schemas: string[] = ['public'];
  readonly types: ValueType[] = [];
  readonly enums: ValueType[] = [];
  readonly collations: string[] = ['"C"', '"POSIX"'];
  readonly sequences: string[] = [];
  readonly ownedSequences = new Set<string>();
  readonly routines: Routine[] = [];
  readonly relations: Relation[] = [];
  readonly operators: Operator[] = [];
  readonly composites: Composite[] = [];
  readonly dictionaries: string[] = [];
  readonly configurations: string[] = [];
  readonly wrappers: string[] = [];
  readonly servers: string[] = [];
  readonly casts = new Set<string>();

  constructor(major: number, roles: readonly string[]) {
    this.major = major;
    this.roles = roles;
  }

  relationsOf(...kinds: readonly Relation['kind'][]): readonly Relation[] {
    return this.relations.filter(({ kind }) => kinds.includes(kind));
  }

  functions(fits: (routine: Routine) => boolean): readonly Routine[] {
    return this.routines.filter((routine) => routine.kind === 'function' && fits(routine));
  }
}

export function nameOf({ name }: { readonly name: string }): string {
  return name;
}
