// The kind `event-trigger`. It stands last among the kinds: created any earlier, it would fire for
// the rest of the plan.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec, REBUILT } from '../kind.js';
import { ownName } from '../object-id.js';
import { address, isNotOfExtension } from '../reading/query-fragments.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import { type FiringState, stateWords } from '../writing/firing-state.js';
import { layOut } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';

export interface EventTriggerDefinition {
  readonly event: string;
  /** Commands such as `CREATE TABLE`, as they were given; none for all. */
  readonly tags: readonly string[];
  /** As SQL writes its name. */
  readonly function: string;
  readonly fires: FiringState;
}

type EventTrigger = CatalogObject<EventTriggerDefinition>;

export const eventTrigger: KindSpec<EventTriggerDefinition> = {
  name: 'event-trigger',
  noun: 'EVENT TRIGGER',
  presence: { catalog: 'pg_event_trigger' },
  query: () => `
    SELECT ARRAY[${address('pg_event_trigger', 't.oid')}] AS addresses,
      ARRAY[t.evtname]::text[] AS names,
      pg_get_userbyid(t.evtowner) AS owner,
      json_build_object('event', t.evtevent,
        'tags', coalesce(array_to_json(t.evttags), '[]'::json),
        'function', quote_ident(n.nspname) || '.' || quote_ident(p.proname),
        'fires', t.evtenabled) AS definition
    FROM pg_event_trigger t JOIN pg_proc p ON p.oid = t.evtfoid
      JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE ${isNotOfExtension('pg_event_trigger', 't.oid')}
    ORDER BY t.evtname`,
  target,
  create: (object) => [create(object), ...(object.definition.fires === 'O' ? [] : [fire(object)])],
  drop: (object, sides) => [
    statement(`DROP ${target(object)}`, {
      hazards: sides.after(object.id) === undefined ? [stops(object)] : [],
    }),
  ],
  alter(before, after) {
    const [{ fires: _before, ...old }, { fires: _after, ...wanted }] = [
      before.definition,
      after.definition,
    ];
    return JSON.stringify(old) === JSON.stringify(wanted) ? altered(fire(after)) : REBUILT;
  },
  ownWords: ['event', 'tags', 'fires'],
  rename: (object, names) => renameStatements(target(object), object.names, names),
  renamesFreely: true,
};

function target(object: Pick<CatalogObject, 'names'>): string {
  return `EVENT TRIGGER ${ownName(object)}`;
}

function create(object: EventTrigger): Statement {
  const { event, tags, function: called } = object.definition;
  const clauses = [`ON ${quoteIdentifier(event)}`];
  if (tags.length > 0) clauses.push(`WHEN TAG IN (${tags.map(quoteLiteral).join(', ')})`);
  clauses.push(`EXECUTE FUNCTION ${called}()`);
  const message = `only a superuser may create the event trigger ${ownName(object)}`;
  return statement(layOut(`CREATE ${target(object)}`, clauses), {
    hazards: [{ kind: 'can-fail', message }],
  });
}

function fire(object: EventTrigger): Statement {
  const { verb, manner } = stateWords(object.definition.fires);
  return statement(
    [`ALTER ${target(object)}`, verb, ...(manner === null ? [] : [manner])].join(' '),
  );
}

function stops(object: EventTrigger): Hazard {
  const { event } = object.definition;
  const message = `the event trigger ${ownName(object)} no longer acts on ${event}`;
  return { kind: 'breaks-code', message };
}
