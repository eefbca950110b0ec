// The kind `enum`. Values are added in place; where one is gone or stands elsewhere, the type is
// built anew and the columns follow.

import { quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import {
  type Alteration,
  altered,
  type KindSpec,
  REBUILT,
  type RenamedWithin,
  type Sides,
} from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import {
  discard,
  IS_USER_TYPE,
  moveAside,
  occupiesType,
  TYPE_ADDRESSES,
  TYPE_COLUMNS,
  typeTarget,
} from '../types/type-rows.js';
import { dropStatement } from '../writing/drop-statement.js';
import { layOutList } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';

export interface EnumDefinition {
  /** Its values, in their order. */
  readonly labels: readonly string[];
}

type Enum = CatalogObject<EnumDefinition>;

export function isEnum(object: CatalogObject): object is Enum {
  return object.kind === 'enum';
}

export const enumKind: KindSpec<EnumDefinition> = {
  name: 'enum',
  noun: 'TYPE',
  presence: { catalog: 'pg_type', where: `typtype = 'e'` },
  query: () => `
    SELECT ARRAY[${TYPE_ADDRESSES}] AS addresses, ${TYPE_COLUMNS},
      json_build_object('labels', coalesce(e.labels, '[]'::json)) AS definition
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      LEFT JOIN (SELECT enumtypid, json_agg(enumlabel ORDER BY enumsortorder) AS labels
        FROM pg_enum GROUP BY enumtypid) e ON e.enumtypid = t.oid
    WHERE t.typtype = 'e' AND ${IS_USER_TYPE}
    ORDER BY n.nspname, t.typname`,
  target: typeTarget,
  create: (object) => [statement(createText(object))],
  drop: (object, sides) => [dropStatement(typeTarget(object), object, sides)],
  alter: alterEnum,
  altersFreely: () => true,
  occupies: occupiesType,
  moveAside: (object, sides) => leaveRows(object, sides),
  discard: (object) => discard('TYPE', object),
  rename: (object, names) => renameStatements(typeTarget(object), object.names, names),
  renameWithin: renameValue,
};

function renameValue(
  object: Enum,
  label: string,
  newLabel: string,
): RenamedWithin<EnumDefinition> | undefined {
  const { labels } = object.definition;
  const index = labels.indexOf(label);
  if (index === -1 || labels.includes(newLabel)) return undefined;
  const [old, wanted] = [quoteLiteral(label), quoteLiteral(newLabel)];
  const type = nameOf(object);
  return {
    definition: { labels: labels.with(index, newLabel) },
    statements: [statement(`ALTER ${typeTarget(object)} RENAME VALUE ${old} TO ${wanted}`)],
    printed: [`${old}::${type}`, `${wanted}::${type}`],
  };
}

function nameOf({ names }: Enum): string {
  return qualifiedName(names);
}

function createText(object: Enum): string {
  const labels = object.definition.labels.map(quoteLiteral);
  return layOutList(`CREATE ${typeTarget(object)} AS ENUM`, labels);
}

function alterEnum(before: Enum, after: Enum): Alteration {
  const old = new Set(before.definition.labels);
  const kept = after.definition.labels.filter((label) => old.has(label));
  // Every old value is there, and in the old order.
  if (kept.join('\0') !== before.definition.labels.join('\0')) return REBUILT;
  return altered(...addValues(after, old));
}

/** Rows hold its values: those of a value that is gone have nowhere to go. */
function leaveRows(object: Enum, sides: Sides): readonly Statement[] {
  const after = sides.after(object.id);
  const wanted = after !== undefined && isEnum(after) ? after.definition.labels : [];
  const gone = object.definition.labels.filter((label) => !wanted.includes(label));
  const list = gone.map(quoteLiteral).join(', ');
  const hazard: Hazard = {
    kind: 'can-fail',
    message: `rows that hold ${list} of ${nameOf(object)} fit no value of it any more; give them another value first`,
  };
  return moveAside(typeTarget(object), object).map((move) => ({
    ...move,
    hazards: gone.length === 0 ? [] : [hazard],
  }));
}

/** Each new value before the next one that is there already, or at the end. */
function addValues(after: Enum, old: ReadonlySet<string>): readonly Statement[] {
  const { labels } = after.definition;
  return labels.flatMap((label, index) => {
    if (old.has(label)) return [];
    const next = labels.slice(index + 1).find((other) => old.has(other));
    const place = next === undefined ? '' : ` BEFORE ${quoteLiteral(next)}`;
    const sql = `ALTER ${typeTarget(after)} ADD VALUE ${quoteLiteral(label)}${place}`;
    // The new value may be used only once this is committed.
    return [statement(sql, { transactional: false })];
  });
}
