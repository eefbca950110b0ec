// The list of kinds. Its order is the order of objects in a catalog, and of statements in a plan
// where dependencies leave a choice.

import type { Kind } from './kind.js';
import { accessMethod } from './kinds/access-method.js';
import { aggregate } from './kinds/aggregate.js';
import { baseType } from './kinds/base-type.js';
import { cast } from './kinds/cast.js';
import { checkConstraint } from './kinds/check-constraint.js';
import { clusterIndex } from './kinds/cluster-index.js';
import { collation } from './kinds/collation.js';
import { column } from './kinds/column.js';
import { columnDefault } from './kinds/column-default.js';
import { compositeType } from './kinds/composite-type.js';
import { conversion } from './kinds/conversion.js';
import { defaultPrivilege, defaultSchemaPrivilege } from './kinds/default-privilege.js';
import { domain } from './kinds/domain.js';
import { domainConstraint } from './kinds/domain-constraint.js';
import { enumKind } from './kinds/enum.js';
import { eventTrigger } from './kinds/event-trigger.js';
import { exclusionConstraint } from './kinds/exclusion-constraint.js';
import { extension } from './kinds/extension.js';
import { foreignDataWrapper } from './kinds/foreign-data-wrapper.js';
import { foreignKey } from './kinds/foreign-key.js';
import { foreignServer } from './kinds/foreign-server.js';
import { foreignTable } from './kinds/foreign-table.js';
import { functionKind } from './kinds/function.js';
import { identity } from './kinds/identity.js';
import { index } from './kinds/index.js';
import { inheritance } from './kinds/inheritance.js';
import { language } from './kinds/language.js';
import { materializedView } from './kinds/materialized-view.js';
import { notNullComment } from './kinds/not-null-comment.js';
import { operator } from './kinds/operator.js';
import { operatorClass } from './kinds/operator-class.js';
import { operatorFamily } from './kinds/operator-family.js';
import { partition } from './kinds/partition.js';
import { partitionTrigger } from './kinds/partition-trigger.js';
import { policy } from './kinds/policy.js';
import { primaryKey } from './kinds/primary-key.js';
import { procedure } from './kinds/procedure.js';
import { publication } from './kinds/publication.js';
import { publicationSchema } from './kinds/publication-schema.js';
import { publicationTable } from './kinds/publication-table.js';
import { rangeType } from './kinds/range-type.js';
import { replicaIdentity } from './kinds/replica-identity.js';
import { role } from './kinds/role.js';
import { roleMembership } from './kinds/role-membership.js';
import { rule } from './kinds/rule.js';
import { schema } from './kinds/schema.js';
import { sequence } from './kinds/sequence.js';
import { sequenceOwner } from './kinds/sequence-owner.js';
import { shippedPrivileges } from './kinds/shipped-privileges.js';
import { statistics } from './kinds/statistics.js';
import { subscription } from './kinds/subscription.js';
import { table } from './kinds/table.js';
import { tableType } from './kinds/table-type.js';
import { textSearchConfiguration } from './kinds/text-search-configuration.js';
import { textSearchDictionary } from './kinds/text-search-dictionary.js';
import { textSearchParser } from './kinds/text-search-parser.js';
import { textSearchTemplate } from './kinds/text-search-template.js';
import { transform } from './kinds/transform.js';
import { trigger } from './kinds/trigger.js';
import { uniqueConstraint } from './kinds/unique-constraint.js';
import { userMapping } from './kinds/user-mapping.js';
import { view } from './kinds/view.js';
import { viewColumn } from './kinds/view-column.js';
import { viewColumnDefault } from './kinds/view-column-default.js';

export const KINDS: readonly Kind[] = [
  role,
  roleMembership,
  defaultSchemaPrivilege,
  schema,
  extension,
  defaultPrivilege,
  collation,
  enumKind,
  domain,
  domainConstraint,
  compositeType,
  rangeType,
  baseType,
  textSearchParser,
  textSearchTemplate,
  textSearchDictionary,
  textSearchConfiguration,
  sequence,
  language,
  functionKind,
  procedure,
  aggregate,
  cast,
  transform,
  operator,
  operatorFamily,
  operatorClass,
  accessMethod,
  conversion,
  foreignDataWrapper,
  foreignServer,
  userMapping,
  table,
  foreignTable,
  partition,
  inheritance,
  tableType,
  column,
  identity,
  columnDefault,
  notNullComment,
  primaryKey,
  uniqueConstraint,
  checkConstraint,
  exclusionConstraint,
  sequenceOwner,
  view,
  materializedView,
  index,
  statistics,
  foreignKey,
  replicaIdentity,
  clusterIndex,
  viewColumn,
  viewColumnDefault,
  rule,
  trigger,
  partitionTrigger,
  policy,
  publication,
  publicationTable,
  publicationSchema,
  subscription,
  shippedPrivileges,
  // Last: created any earlier, it would fire for the rest of the plan.
  eventTrigger,
];

export const KIND_BY_NAME: ReadonlyMap<string, Kind> = new Map(
  KINDS.map((kind) => [kind.name, kind]),
);
