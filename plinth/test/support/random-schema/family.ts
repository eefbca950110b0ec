// The contract of a family: it makes objects of one sort out of decisions and of what is there.

import type { Decisions } from './decisions.js';
import type { World } from './world.js';

export interface Drawing {
  /** Qualified with a schema, where objects of the family have one. */
  readonly name: string;
  /** Different for each object of the family, from 0. */
  readonly index: number;
  readonly world: World;
  readonly decide: Decisions;
  /** For choices that never change. */
  readonly lasting: Decisions;
}

export interface Family {
  readonly name: string;
  /** Its objects' names are this and a number. */
  readonly prefix: string;
  /** Whether their names stand in a schema. */
  readonly inSchema: boolean;
  /** Statements that create an object; `undefined` where what it needs is not there. */
  draw(drawing: Drawing): readonly string[] | undefined;
}
