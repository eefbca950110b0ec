// Guesses what may have been renamed, for a person to confirm. Nothing is renamed by a guess.

import {
  type Catalog,
  type CatalogObject,
  type Hazard,
  isEqualData,
  qualifiedName,
} from '../catalog/index.js';
import { append } from './append.js';
import { CatalogIndex } from './catalog-index.js';
import { kindOf } from './kind-of.js';
import type { PlannedStatement, Rename } from './plan.js';

/** How much of a table's parts must be the same for it to look renamed. */
const LIKE = 0.6;

/**
 * Pairs of an object that goes and one that comes in the same place and looks like it, the
 * likeliest for each.
 */
export function suggestRenames(from: Catalog, to: Catalog): readonly Rename[] {
  return pairUp(new CatalogIndex(from), new CatalogIndex(to)).map(({ before, after }) => ({
    object: qualifiedName(before.names),
    to: after.names.at(-1) ?? '',
  }));
}

/** Says the flag on statements that lose what may only have another name. */
export function proposeRenames(
  statements: readonly PlannedStatement[],
  from: CatalogIndex,
  to: CatalogIndex,
): readonly PlannedStatement[] {
  const loses = ({ kind }: Hazard): boolean => kind === 'loses-data';
  if (!statements.some(({ hazards }) => hazards.some(loses))) return statements;
  const flags = new Map(
    pairUp(from, to).map(({ before, after }) => [
      before.id,
      `--rename ${qualifiedName(before.names)}=${after.names.at(-1) ?? ''}`,
    ]),
  );
  return statements.map((planned) => {
    const flag = flags.get(planned.object);
    if (flag === undefined) return planned;
    const hazards = planned.hazards.map((hazard) =>
      loses(hazard)
        ? { ...hazard, message: `${hazard.message}; if it only has another name now, say ${flag}` }
        : hazard,
    );
    return { ...planned, hazards };
  });
}

interface Pair {
  readonly before: CatalogObject;
  readonly after: CatalogObject;
}

function pairUp(from: CatalogIndex, to: CatalogIndex): readonly Pair[] {
  const come = new Map<string, Place>();
  for (const object of to.missingIn(from)) {
    if (!isRenamable(object)) continue;
    const key = placeOf(object);
    const place = come.get(key) ?? new Place();
    come.set(key, place);
    place.add(new Candidate(object, to));
  }
  return from.missingIn(to).flatMap((object) => {
    const place = isRenamable(object) ? come.get(placeOf(object)) : undefined;
    const likely = place?.takeLikeliest(new Candidate(object, from));
    return likely === undefined ? [] : [{ before: object, after: likely.object }];
  });
}

function isRenamable(object: CatalogObject): boolean {
  const kind = kindOf(object);
  return kind.rename !== undefined && kind.renamesFreely !== true;
}

/** Only objects of one place can be the same one under two names. */
function placeOf({ kind, parent, signature }: CatalogObject): string {
  return JSON.stringify([kind, parent, signature]);
}

class Candidate {
  readonly object: CatalogObject;
  readonly #index: CatalogIndex;
  #parts: ReadonlySet<string> | undefined;

  constructor(object: CatalogObject, index: CatalogIndex) {
    this.object = object;
    this.#index = index;
  }

  /** The kind, name and definition that each of its parts has inside it. */
  get parts(): ReadonlySet<string> {
    this.#parts ??= new Set(
      this.#index
        .partsOf(this.object.id)
        // Names of constraints and indexes hold the table's, so only what stands inside counts.
        .filter(({ names }) => names.length >= 3)
        .map(({ kind, names, definition }) => JSON.stringify([kind, names.at(-1), definition])),
    );
    return this.#parts;
  }
}

/** So many candidates of a place are compared each with each. */
const FEW = 64;

/** What comes in one place, and is not taken yet. */
class Place {
  readonly #left = new Set<Candidate>();
  #holders: Map<string, Candidate[]> | undefined;

  add(candidate: Candidate): void {
    this.#left.add(candidate);
  }

  takeLikeliest(one: Candidate): Candidate | undefined {
    const likely = findLikeliest(one, this.#worthComparing(one));
    if (likely !== undefined) this.#left.delete(likely);
    return likely;
  }

  /** All, or, where they are many, those that share with it what only few have. */
  #worthComparing(one: Candidate): Iterable<Candidate> {
    if (this.#left.size <= FEW) return this.#left;
    this.#holders ??= this.#holdersOfParts();
    const found = new Set<Candidate>();
    for (const part of one.parts) {
      const holders = this.#holders.get(part) ?? [];
      if (holders.length > FEW) continue;
      for (const holder of holders) if (this.#left.has(holder)) found.add(holder);
    }
    return found;
  }

  #holdersOfParts(): Map<string, Candidate[]> {
    const holders = new Map<string, Candidate[]>();
    for (const candidate of this.#left) {
      for (const part of candidate.parts) append(holders, part, candidate);
    }
    return holders;
  }
}

function findLikeliest(one: Candidate, others: Iterable<Candidate>): Candidate | undefined {
  let best: Candidate | undefined;
  let most = 0;
  for (const other of others) {
    const score = likeness(one, other);
    if (score < LIKE || score <= most) continue;
    best = other;
    most = score;
  }
  return best;
}

/** From 0 to 1: of the definition for what has no parts, of the parts otherwise. */
function likeness(a: Candidate, b: Candidate): number {
  if (!isEqualData(a.object.definition, b.object.definition)) return 0;
  if (a.parts.size + b.parts.size === 0) return 1;
  let common = 0;
  for (const part of a.parts) if (b.parts.has(part)) common += 1;
  return common / (a.parts.size + b.parts.size - common);
}
