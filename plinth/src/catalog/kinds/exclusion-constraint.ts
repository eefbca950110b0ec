// The kind `exclusion-constraint`, with the index that keeps it.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import {
  addConstraint,
  deferrableWords,
  replaceConstraint,
} from '../constraints/constraint-statements.js';
import {
  type IndexedConstraintDefinition,
  indexedConstraint,
} from '../constraints/indexed-constraint.js';
import { buildAtOnce } from '../indexes/index-build.js';
import { indexName } from '../indexes/index-definition.js';
import { tidyKeys } from '../indexes/index-keys.js';
import {
  INDEX_JOINS,
  INDEX_PAIRS,
  IS_USER_RELATION,
  indexKeys,
  indexTables,
  RELATION_ADDRESS,
} from '../indexes/index-rows.js';
import { parametersClause, tablespaceClause } from '../indexes/index-storage.js';
import { buildsEach } from '../indexes/index-tree.js';
import type { Sides } from '../kind.js';
import { outerName, ownName, qualifiedName } from '../object-id.js';
import { readable } from '../printed/readable.js';
import { address } from '../reading/query-fragments.js';
import type { Hazard, Statement, StatementFacts } from '../statement.js';

export interface ExclusionDefinition extends IndexedConstraintDefinition {
  readonly method: string;
  /** With their operators, as PostgreSQL prints them: `(room WITH =, during WITH &&)`. */
  readonly keys: string;
  readonly where: string | null;
}

type Exclusion = CatalogObject<ExclusionDefinition>;

export const exclusionConstraint = indexedConstraint<ExclusionDefinition>({
  name: 'exclusion-constraint',
  presence: { catalog: 'pg_constraint', where: `contype = 'x'` },
  query,
  words,
  build,
  // PostgreSQL cannot build its index beside the old one, but it can change both at once.
  exchange: (_before, after) => [replaceConstraint(after, words(after), factsOf(after))],
  loss,
});

const HEAD = `('EXCLUDE USING ' || quote_ident(am.amname) || ' ')`;
const TAIL = `(coalesce(' WHERE (' || d.predicate || ')', '')
            || CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END
            || CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END)`;

// OFFSET 0 keeps the planner from deparsing one once for each use of its text.
function query(): string {
  return `WITH RECURSIVE ${indexTables('x')}
    SELECT ARRAY[${address('pg_constraint', 'k.oid')}, ${address('pg_class', 'x.oid')}] AS addresses,
      ARRAY[n.nspname, c.relname, k.conname]::text[] AS names,
      ${RELATION_ADDRESS} AS parent,
      json_build_object('method', am.amname, 'keys', ${indexKeys('d.text', HEAD, TAIL)},
        'where', d.predicate, 'deferrable', k.condeferrable, 'deferred', k.condeferred,
        'indexComment', remark.description, ${INDEX_PAIRS.rest}) AS definition
    FROM pg_constraint k JOIN pg_index i ON i.indexrelid = k.conindid ${INDEX_JOINS}
    LEFT JOIN pg_description remark ON remark.objoid = x.oid
      AND remark.classoid = 'pg_class'::regclass AND remark.objsubid = 0
    CROSS JOIN LATERAL (SELECT pg_get_constraintdef(k.oid) AS text,
      pg_get_expr(i.indpred, i.indrelid) AS predicate OFFSET 0) d
    WHERE k.contype = 'x' AND ${IS_USER_RELATION}
    ORDER BY n.nspname, c.relname, k.conname`;
}

function words({ definition }: Exclusion): readonly string[] {
  const { method, keys, where } = definition;
  return [
    `EXCLUDE USING ${quoteIdentifier(method)} ${tidyKeys(keys)}`,
    ...parametersClause(definition),
    ...tablespaceClause(definition).map((clause) => `USING INDEX ${clause}`),
    ...(where === null ? [] : [`WHERE (${readable(where)})`]),
    ...deferrableWords(definition),
  ];
}

function build(object: Exclusion, sides: Sides): readonly Statement[] {
  const only = buildsEach(object, sides);
  const isLive = object.parent !== null && !sides.isCreated(object.parent);
  const facts = isLive && !only ? factsOf(object) : {};
  return [addConstraint(object, words(object), facts, only)];
}

function factsOf(object: Exclusion): StatementFacts {
  const [relation, name] = [outerName(object), qualifiedName(indexName(object))];
  const facts = buildAtOnce({ relation, name, unique: undefined }, { reads: true });
  const message = `fails where two rows of ${relation} exclude each other by ${tidyKeys(object.definition.keys)}`;
  return { ...facts, hazards: [...(facts.hazards ?? []), { kind: 'can-fail', message }] };
}

function loss(object: Exclusion): readonly Hazard[] {
  const message = `INSERT … ON CONFLICT that relies on ${ownName(object)} fails, and rows of ${outerName(object)} no longer exclude each other`;
  return [{ kind: 'breaks-code', message }];
}
