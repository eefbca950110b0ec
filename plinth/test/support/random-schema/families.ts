// The list of families, with how many objects of each a random schema has at most, round by round:
// what comes later may refer to all that came before.

import * as behaviour from './families/behaviour.js';
import * as constraints from './families/constraints.js';
import * as others from './families/others.js';
import * as partitions from './families/partitions.js';
import * as routines from './families/routines.js';
import * as tables from './families/tables.js';
import * as types from './families/types.js';
import * as views from './families/views.js';
import type { Family } from './family.js';

/** Families and the most objects of each, in the order in which they are drawn. */
export type Round = readonly (readonly [Family, number])[];

const GROUND: Round = [
  [types.schemaFamily, 2],
  [others.defaultPrivilegeFamily, 1],
  [types.collationFamily, 1],
  [types.enumFamily, 2],
  [routines.scalarFamily, 1],
  [types.domainFamily, 1],
  [types.rangeFamily, 1],
  [types.compositeFamily, 1],
  [others.sequenceFamily, 2],
  [others.dictionaryFamily, 1],
  [others.configurationFamily, 1],
  [others.wrapperFamily, 1],
  [others.serverFamily, 1],
];

const WALLS: Round = [
  [routines.scalarFamily, 3],
  [routines.constantFamily, 2],
  [routines.binaryFamily, 2],
  [types.domainFamily, 1],
  [tables.tableFamily, 3],
  [partitions.partitionedTableFamily, 1],
  [partitions.partitionFamily, 3],
  [tables.childTableFamily, 1],
  [tables.typedTableFamily, 1],
  [tables.foreignTableFamily, 1],
  [constraints.uniqueFamily, 2],
  [routines.operatorFamily, 1],
  [routines.aggregateFamily, 1],
  [views.viewFamily, 2],
  [routines.relationFunctionFamily, 2],
];

const ROOF: Round = [
  [routines.castFamily, 1],
  [routines.procedureFamily, 1],
  [routines.triggerFunctionFamily, 2],
  [tables.tableFamily, 2],
  [views.viewFamily, 2],
  [views.materializedViewFamily, 1],
  [constraints.checkFamily, 2],
  [constraints.foreignKeyFamily, 3],
  [constraints.exclusionFamily, 1],
  [constraints.indexFamily, 4],
  [constraints.statisticsFamily, 1],
  [behaviour.triggerFamily, 3],
  [behaviour.ruleFamily, 1],
  [behaviour.policyFamily, 3],
  [others.defaultPrivilegeFamily, 1],
  [others.publicationFamily, 1],
  [behaviour.eventTriggerFamily, 1],
  [views.viewFamily, 2],
];

export const ROUNDS: readonly Round[] = [GROUND, WALLS, ROOF];
