// What makes relations act: triggers, rules, policies, event triggers.

import type { Decisions } from '../decisions.js';
import { drawCondition } from '../expressions.js';
import { drawFacets } from '../facets.js';
import type { Family } from '../family.js';
import { nameOf, type Relation, type World } from '../world.js';

function commentOn(decide: Decisions, target: string): readonly string[] {
  return decide.chance('comment', 12)
    ? [`COMMENT ON ${target} IS 'acts ${decide.integer('words', 2)}'`]
    : [];
}

export const triggerFamily: Family = {
  name: 'trigger',
  prefix: 'trig',
  inSchema: false,
  draw({ name, world, decide }) {
    const relation = decide.pick(
      'relation',
      world.relationsOf('table', 'partitioned table', 'view'),
      nameOf,
    );
    const used = decide.pick(
      'function',
      world.functions(({ returns }) => returns === 'trigger'),
      nameOf,
    );
    if (relation === undefined || used === undefined) return undefined;
    const call = `EXECUTE FUNCTION ${used.name}(${decide.chance('argument', 15) ? "'x'" : ''})`;
    const create = triggerHead(name, relation, world, decide);
    const enabled = relation.kind !== 'view' && decide.chance('state', 15);
    const state = decide.one('stated', ['DISABLE', 'ENABLE ALWAYS', 'ENABLE REPLICA']);
    return [
      `CREATE ${create} ${call}`,
      ...(enabled ? [`ALTER TABLE ${relation.name} ${state} TRIGGER ${name}`] : []),
      ...commentOn(decide, `TRIGGER ${name} ON ${relation.name}`),
    ];
  },
};

function triggerHead(name: string, relation: Relation, world: World, decide: Decisions): string {
  const on = `ON ${relation.name}`;
  if (relation.kind === 'view') {
    return `TRIGGER ${name} INSTEAD OF ${decide.one('event', ['INSERT', 'UPDATE', 'DELETE'])} ${on} FOR EACH ROW`;
  }
  switch (decide.integer('form', 6)) {
    case 0:
      return `CONSTRAINT TRIGGER ${name} AFTER INSERT ${on} ${decide.one('when', ['', 'DEFERRABLE INITIALLY DEFERRED'])} FOR EACH ROW`;
    case 1:
      return `TRIGGER ${name} AFTER INSERT ${on} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT`;
    case 2: {
      const column = decide.pick('updated', relation.columns, nameOf);
      if (column === undefined) break;
      return `TRIGGER ${name} BEFORE UPDATE OF ${column.name} ${on} FOR EACH ROW`;
    }
    case 3: {
      // Generated columns are not there yet before a row is written.
      const columns = relation.columns.filter(({ isWritable }) => isWritable);
      const fresh = columns.map((column) => ({ ...column, name: `NEW.${column.name}` }));
      return `TRIGGER ${name} BEFORE INSERT OR UPDATE ${on} FOR EACH ROW WHEN (${drawCondition(decide, 'condition', fresh, world)})`;
    }
  }
  return `TRIGGER ${name} AFTER ${decide.one('event', ['INSERT', 'UPDATE OR DELETE', 'TRUNCATE'])} ${on} FOR EACH STATEMENT`;
}

export const ruleFamily: Family = {
  name: 'rule',
  prefix: 'rule',
  inSchema: false,
  draw({ name, world, decide }) {
    const relation = decide.pick('relation', world.relationsOf('table', 'view'), nameOf);
    if (relation === undefined) return undefined;
    const event = decide.one('event', ['UPDATE', 'DELETE']);
    const old = relation.columns.map((column) => ({ ...column, name: `OLD.${column.name}` }));
    const where =
      decide.chance('where', 30) && relation.kind === 'table'
        ? ` WHERE ${drawCondition(decide, 'condition', old, world)}`
        : '';
    const other = decide.pick('other', world.relationsOf('table'), nameOf);
    const also = other === undefined ? 'NOTHING' : `DELETE FROM ${other.name} WHERE false`;
    const action = decide.one('action', ['INSTEAD NOTHING', `ALSO ${also}`]);
    return [
      `CREATE RULE ${name} AS ON ${event} TO ${relation.name}${where} DO ${action}`,
      ...commentOn(decide, `RULE ${name} ON ${relation.name}`),
    ];
  },
};

export const policyFamily: Family = {
  name: 'policy',
  prefix: 'pol',
  inSchema: false,
  draw({ name, world, decide }) {
    const table = decide.pick('table', world.relationsOf('table', 'partitioned table'), nameOf);
    if (table === undefined) return undefined;
    const command = decide.one('command', ['ALL', 'SELECT', 'INSERT', 'UPDATE', 'DELETE']);
    const manner = decide.chance('restrictive', 20) ? ' AS RESTRICTIVE' : '';
    const to = decide.chance('to role', 40)
      ? ` TO ${decide.pick('role', world.roles, String)}`
      : '';
    const using =
      command === 'INSERT' ? '' : ` USING (${policyCondition(decide, 'using', table, world)})`;
    const isWritten =
      command !== 'SELECT' && command !== 'DELETE' && (using === '' || decide.chance('checks', 40));
    const check = isWritten
      ? ` WITH CHECK (${policyCondition(decide, 'check', table, world)})`
      : '';
    return [
      `CREATE POLICY ${name} ON ${table.name}${manner} FOR ${command}${to}${using}${check}`,
      ...commentOn(decide, `POLICY ${name} ON ${table.name}`),
    ];
  },
};

function policyCondition(decide: Decisions, label: string, table: Relation, world: World): string {
  const other = decide.pick(`${label} other`, world.relations, nameOf);
  if (other !== undefined && decide.chance(`${label} looks`, 25))
    return `EXISTS (SELECT FROM ${other.name} o)`;
  return drawCondition(decide, label, table.columns, world);
}

/** What they call says nothing, so that they disturb no other statement. */
export const eventTriggerFamily: Family = {
  name: 'event trigger',
  prefix: 'event',
  inSchema: false,
  draw({ name, world, decide }) {
    const routine = `public.${name}_called`;
    const event = decide.one('event', ['ddl_command_end', 'sql_drop', 'ddl_command_start']);
    const tags =
      event !== 'sql_drop' && decide.chance('tags', 40)
        ? " WHEN TAG IN ('CREATE TABLE', 'CREATE VIEW')"
        : '';
    return [
      `CREATE FUNCTION ${routine}() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$`,
      `CREATE EVENT TRIGGER ${name} ON ${event}${tags} EXECUTE FUNCTION ${routine}()`,
      ...drawFacets(decide, world, { target: `EVENT TRIGGER ${name}`, hasOwner: false }),
    ];
  },
};
