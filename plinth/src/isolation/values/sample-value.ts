// A value for a column, by its type: SQL text, another one for each number, and of one run only.

import { randomInt, randomUUID } from 'node:crypto';
import { quoteLiteral } from '../../sql/index.js';
import { baseType } from '../survey/base-type.js';
import type { Column, Type } from '../survey/survey.js';
import { baseValue } from './base-value.js';

export interface Sample {
  readonly sql: string;
  /** Whether its text would be found nowhere else. */
  readonly isTelling: boolean;
}

/** Values for the rows of one run. */
export class Samples {
  readonly #types: ReadonlyMap<string, Type>;
  readonly #token = randomUUID().slice(0, 8);
  readonly #offset = randomInt(400);
  #number = 0;

  constructor(types: ReadonlyMap<string, Type>) {
    this.#types = types;
  }

  /** A text of letters and digits that no other call gives. */
  text(): string {
    this.#number += 1;
    return this.#word();
  }

  #word(): string {
    return `pl${this.#token}n${this.#number}z`;
  }

  /**
   * @param row Which row of its table it is for: a boolean and an enum differ from row to row.
   */
  sample(column: Pick<Column, 'type' | 'typmod' | 'typeSql'>, row: number): Sample {
    this.#number += 1;
    return this.#of(column.type, column.typmod, column.typeSql, row, 0);
  }

  #part(oid: string, typmod: number, row: number, depth: number): Sample {
    const type = this.#types.get(oid);
    // Without its length such a name means a length of one: there the outer type decides.
    const sql = /^(bit|bpchar)$/.test(type?.name ?? '') ? undefined : type?.sql;
    return this.#of(oid, typmod, sql, row, depth + 1);
  }

  #of(oid: string, typmod: number, sql: string | undefined, row: number, depth: number): Sample {
    const { type, typmod: length } = baseType(this.#types, oid, typmod);
    const as = sql === undefined ? '' : `::${sql}`;
    const cast = (text: string): string => `${quoteLiteral(text)}${as}`;
    if (type.kind === 'e') return plain(cast(type.labels[row % type.labels.length] ?? ''));
    if (depth > 4) return plain('NULL');
    if (type.kind === 'r' && type.subtype !== null) return this.#range(type, row, depth);
    if (type.kind === 'm') return plain(cast('{}'));
    if (type.kind === 'c') {
      const fields = type.fields.map((field) => this.#part(field.type, field.typmod, row, depth));
      return plain(`ROW(${fields.map(({ sql }) => sql).join(', ')})${as}`);
    }
    if (type.category === 'A' && type.element !== null) {
      const element = this.#part(type.element, length, row, depth);
      return { sql: `ARRAY[${element.sql}]${as}`, isTelling: element.isTelling };
    }
    const { text, isTelling } = baseValue(type.name, {
      number: this.#number,
      word: this.#word(),
      typmod: length,
      row,
      offset: this.#offset,
    });
    return { sql: cast(text), isTelling };
  }

  #range(type: Type, row: number, depth: number): Sample {
    const subtype = type.subtype ?? '';
    const low = this.#part(subtype, -1, row, depth).sql;
    this.#number += 1;
    const high = this.#part(subtype, -1, row, depth).sql;
    return plain(`${type.sql}(${low}, ${high})`);
  }
}

function plain(sql: string): Sample {
  return { sql, isTelling: false };
}
