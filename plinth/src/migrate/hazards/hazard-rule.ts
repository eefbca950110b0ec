// What is known of a kind of statement: its lock, its work on the rows, and what else it may do. A
// rule is data; what a lock and the work under it mean for others follows from both.

import type { Hazard, HazardKind, LockMode } from '../../catalog/index.js';

export interface HazardRule {
  /** Of a statement's shape, or of one action of an ALTER TABLE. */
  readonly shape: RegExp;
  /** On the relation that the statement names. */
  readonly lock?: LockMode;
  /** What it does to every row of that relation before it ends. */
  readonly work?: Work;
  /** How others can go on meanwhile. */
  readonly instead?: string;
  /** `{}` stands for the name of the relation. */
  readonly also?: readonly (readonly [kind: HazardKind, message: string])[];
}

export type Work = 'rewrites' | 'scans';

/** What several rules say of one statement, which takes the strongest of their locks at once. */
export interface RuleSum {
  readonly lock: LockMode | undefined;
  readonly hazards: readonly Hazard[];
}

/** From the weakest on. */
const LOCKS: readonly LockMode[] = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
];

/** In the order in which they are told. */
export const HAZARD_KINDS: readonly HazardKind[] = [
  'loses-data',
  'rewrites-table',
  'scans-table',
  'blocks-reads',
  'blocks-writes',
  'can-fail',
  'breaks-code',
  'widens-privileges',
];

/** @param name The relation, as the statement writes it. */
export function sumOfRules(rules: readonly HazardRule[], name: string): RuleSum {
  const lock = strongest(rules.flatMap((rule) => rule.lock ?? []));
  const hazards = [...workHazards(rules, lock), ...rules.flatMap(({ also = [] }) => also)];
  const told = new Map(hazards.map(([kind, message]) => [`${kind} ${message}`, { kind, message }]));
  return {
    lock,
    hazards: [...told.values()]
      .map(({ kind, message }) => ({ kind, message: message.replaceAll('{}', name) }))
      .sort((a, b) => HAZARD_KINDS.indexOf(a.kind) - HAZARD_KINDS.indexOf(b.kind)),
  };
}

function strongest(locks: readonly LockMode[]): LockMode | undefined {
  return LOCKS.findLast((lock) => locks.includes(lock));
}

function workHazards(
  rules: readonly HazardRule[],
  lock: LockMode | undefined,
): readonly (readonly [HazardKind, string])[] {
  const working = rules.filter(({ work }) => work !== undefined);
  if (working.length === 0) return [];
  const isRewrite = working.some(({ work }) => work === 'rewrites');
  const instead = working.flatMap((rule) =>
    rule.instead === undefined ? [] : [`; ${rule.instead}`],
  );
  const way = [...new Set(instead)].join('');
  const isBlocking = lock !== undefined && LOCKS.indexOf(lock) >= LOCKS.indexOf('SHARE');
  const meanwhile = isBlocking ? '' : ', while reads and writes go on';
  return [
    isRewrite
      ? ['rewrites-table', `every row of {} is written anew${meanwhile}`]
      : ['scans-table', `every row of {} is read${meanwhile}`],
    ...(lock === 'ACCESS EXCLUSIVE'
      ? ([['blocks-reads', `reads of {} wait until that is done`]] as const)
      : []),
    ...(isBlocking
      ? ([['blocks-writes', `writes to {} wait until that is done${way}`]] as const)
      : []),
  ];
}
