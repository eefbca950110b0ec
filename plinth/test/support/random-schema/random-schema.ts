// A random schema and random changes of it. A schema is a list of genes, from which its SQL follows:
// leaving genes out, or making single choices anew, gives another schema that is valid again.

import { Decisions } from './decisions.js';
import { ROUNDS } from './families.js';
import type { Family } from './family.js';
import { World } from './world.js';

export interface Gene {
  readonly family: Family;
  readonly name: string;
  /** Different for each gene of the family. */
  readonly index: number;
  readonly seed: string;
  /** What stays when choices are made anew: PostgreSQL cannot change everything. */
  readonly identity: string;
  /** The choices that were made anew, and how often. */
  readonly redrawn: Readonly<Record<string, number>>;
}

export type Genes = readonly Gene[];

/** One object as SQL, and the labels of the choices it is made of. */
export interface RandomObject {
  readonly gene: Gene;
  readonly statements: readonly string[];
  readonly labels: readonly string[];
}

export interface RandomSchema {
  readonly sql: string;
  readonly objects: readonly RandomObject[];
  readonly world: World;
}

/** Roles belong to the server, so they are the same in every schema. */
export const ROLES = ['plinth_random_reader', 'plinth_random_writer'] as const;

/** @param identity Schemas of the same one can become each other. Default: the seed. */
export function drawGenes(seed: string, identity = seed): Genes {
  const decide = new Decisions(seed);
  const counts = new Map<string, number>();
  return ROUNDS.flatMap((round, number) =>
    round.flatMap(([family, most], place) => {
      const count = decide.integer(`count ${number}.${place}`, most + 1);
      return Array.from({ length: count }, () =>
        newGene(family, decide, counts, { seed, identity }),
      );
    }),
  );
}

function newGene(
  family: Family,
  decide: Decisions,
  counts: Map<string, number>,
  { seed, identity }: { readonly seed: string; readonly identity: string },
): Gene {
  const index = counts.get(family.name) ?? 0;
  counts.set(family.name, index + 1);
  const schema = decide.one(`schema of ${family.name} ${index}`, [
    'public',
    'public',
    'space0',
    'space1',
  ]);
  const name = `${family.inSchema ? `${schema}.` : ''}${family.prefix}${index}`;
  const own = `${family.name}/${index}`;
  return {
    family,
    name,
    index,
    seed: `${seed}/${own}`,
    identity: `${identity}/${own}`,
    redrawn: {},
  };
}

/** The SQL of a schema; genes whose needs are not met are left out. */
export function renderSchema(genes: Genes, major: number): RandomSchema {
  const world = new World(major, ROLES);
  const objects: RandomObject[] = [];
  for (const gene of genes) {
    const schema = gene.name.slice(0, gene.name.indexOf('.'));
    if (gene.family.inSchema && !world.schemas.includes(schema)) continue;
    const decide = new Decisions(gene.seed, gene.redrawn);
    const { name, index } = gene;
    const lasting = new Decisions(gene.identity);
    const statements = gene.family.draw({ name, index, world, decide, lasting });
    if (statements !== undefined) objects.push({ gene, statements, labels: decide.labels });
  }
  const lines = [
    ...ROLES.map((role) => `CREATE ROLE ${role}`),
    ...objects.flatMap(({ statements }) => statements),
  ];
  return { sql: `${lines.join(';\n')};\n`, objects, world };
}

/** Another schema that shares most of this one: objects come, go, and have choices made anew. */
export function mutate(genes: Genes, seed: string, major: number): Genes {
  const decide = new Decisions(`${seed}/mutation`);
  let mutated = genes;
  const most = decide.one('most', [4, 8, 8, 24]);
  const count = 1 + decide.integer('count', most);
  for (let step = 0; step < count; step += 1)
    mutated = mutateOnce(mutated, `step ${step}`, decide, major);
  return mutated;
}

function mutateOnce(genes: Genes, label: string, decide: Decisions, major: number): Genes {
  const { objects } = renderSchema(genes, major);
  const target = objects[decide.integer(`${label} target`, Math.max(objects.length, 1))];
  if (target === undefined) return genes;
  const share = decide.integer(`${label} what`, 100);
  if (share < 15) return genes.filter((gene) => gene !== target.gene);
  if (share < 30) return insert(genes, label, decide);
  const changed = share < 40 ? redrawAll(target) : redrawOne(target, label, decide);
  return genes.map((gene) => (gene === target.gene ? changed : gene));
}

function redrawAll({ gene }: RandomObject): Gene {
  return { ...gene, seed: `${gene.seed}'`, redrawn: {} };
}

function redrawOne({ gene, labels }: RandomObject, label: string, decide: Decisions): Gene {
  const chosen = labels[decide.integer(`${label} choice`, Math.max(labels.length, 1))];
  if (chosen === undefined) return gene;
  return { ...gene, redrawn: { ...gene.redrawn, [chosen]: (gene.redrawn[chosen] ?? 0) + 1 } };
}

/** A new object, at the place where its family stands. */
function insert(genes: Genes, label: string, decide: Decisions): Genes {
  const place = decide.integer(`${label} place`, Math.max(genes.length, 1));
  const model = genes[place];
  if (model === undefined) return genes;
  const { family } = model;
  const index =
    1 + Math.max(...genes.filter((gene) => gene.family === family).map((gene) => gene.index));
  const name = model.name.replace(/\d+$/, `${index}`);
  const seed = `${model.seed}/${label}`;
  const identity = model.identity.replace(/\d+$/, `${index}`);
  const added: Gene = { family, name, index, seed, identity, redrawn: {} };
  return [...genes.slice(0, place + 1), added, ...genes.slice(place + 1)];
}
