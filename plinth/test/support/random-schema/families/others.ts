// Sequences, default privileges, publications, text search, foreign servers.

import { drawFacets } from '../facets.js';
import type { Family } from '../family.js';
import { nameOf } from '../world.js';

export const sequenceFamily: Family = {
  name: 'sequence',
  prefix: 'seq',
  inSchema: true,
  draw({ name, world, decide }) {
    const options = [
      decide.one('type', ['', ' AS integer', ' AS smallint']),
      decide.chance('step', 25) ? ` INCREMENT BY ${decide.one('steps', [2, 10])}` : '',
      decide.chance('cache', 15) ? ' CACHE 5' : '',
      decide.chance('cycle', 15) ? ' CYCLE' : '',
      decide.chance('limit', 15) ? ' MAXVALUE 30000' : '',
    ];
    world.sequences.push(name);
    const target = `SEQUENCE ${name}`;
    return [
      `CREATE SEQUENCE ${name}${options.join('')}`,
      ...drawFacets(decide, world, {
        target,
        grantTarget: target,
        privileges: ['USAGE', 'SELECT', 'ALL'],
        hasOwner: false,
      }),
    ];
  },
};

export const defaultPrivilegeFamily: Family = {
  name: 'default privilege',
  prefix: 'given',
  inSchema: false,
  draw({ world, decide }) {
    const schema = decide.chance('in schema', 50)
      ? ` IN SCHEMA ${decide.pick('schema', world.schemas, String)}`
      : '';
    const role = decide.pick('role', world.roles, String);
    const what = decide.one('what', [
      `GRANT SELECT ON TABLES TO ${role}`,
      `GRANT ALL ON TABLES TO ${role}`,
      `GRANT EXECUTE ON FUNCTIONS TO ${role}`,
      `GRANT USAGE ON SEQUENCES TO ${role}`,
      `GRANT USAGE ON TYPES TO ${role}`,
    ]);
    const taken = schema === '' && decide.chance('takes', 20);
    return [
      `ALTER DEFAULT PRIVILEGES${schema} ${taken ? 'REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC' : what}`,
    ];
  },
};

export const publicationFamily: Family = {
  name: 'publication',
  prefix: 'feed',
  inSchema: false,
  draw({ name, world, decide }) {
    const tables = world
      .relationsOf('table')
      .filter(({ isUnlogged, isPartition }) => !isUnlogged && !isPartition);
    const chosen = decide.some('tables', tables, decide.one('count', [0, 1, 2]), nameOf);
    const list = chosen.map((table) => {
      const columns = table.columns.filter(({ isWritable }) => isWritable).map(nameOf);
      const isNarrow =
        world.major >= 15 && columns.length > 0 && decide.chance(`columns of ${table.name}`, 20);
      const [number] = table.columns.filter(({ type }) => type.sql === 'integer');
      const isFiltered =
        world.major >= 15 && number !== undefined && decide.chance(`rows of ${table.name}`, 20);
      const where = isFiltered ? ` WHERE (${number.name} > 0)` : '';
      return `${table.name}${isNarrow ? ` (${columns.join(', ')})` : ''}${where}`;
    });
    const what = list.length === 0 ? '' : ` FOR TABLE ${list.join(', ')}`;
    const options = decide.chance('options', 25) ? " WITH (publish = 'insert, update')" : '';
    return [
      `CREATE PUBLICATION ${name}${what}${options}`,
      ...drawFacets(decide, world, { target: `PUBLICATION ${name}`, hasOwner: false }),
    ];
  },
};

export const dictionaryFamily: Family = {
  name: 'text search dictionary',
  prefix: 'dict',
  inSchema: true,
  draw({ name, world, decide }) {
    world.dictionaries.push(name);
    const accept = decide.chance('accept', 40) ? ', accept = false' : '';
    return [
      `CREATE TEXT SEARCH DICTIONARY ${name} (TEMPLATE = simple${accept})`,
      ...drawFacets(decide, world, { target: `TEXT SEARCH DICTIONARY ${name}` }),
    ];
  },
};

export const configurationFamily: Family = {
  name: 'text search configuration',
  prefix: 'search',
  inSchema: true,
  draw({ name, world, decide }) {
    world.configurations.push(name);
    const source = decide.one('source', ['simple', 'english']);
    const dictionary = decide.pick('dictionary', [...world.dictionaries, 'simple'], String);
    const maps = decide.chance('maps', 50);
    return [
      `CREATE TEXT SEARCH CONFIGURATION ${name} (COPY = ${source})`,
      ...(maps
        ? [
            `ALTER TEXT SEARCH CONFIGURATION ${name} ALTER MAPPING FOR word, asciiword WITH ${dictionary}`,
          ]
        : []),
      ...drawFacets(decide, world, { target: `TEXT SEARCH CONFIGURATION ${name}` }),
    ];
  },
};

export const wrapperFamily: Family = {
  name: 'foreign-data wrapper',
  prefix: 'wrap',
  inSchema: false,
  draw({ name, world, decide }) {
    world.wrappers.push(name);
    const options = decide.chance('options', 30) ? " OPTIONS (debug 'yes')" : '';
    const target = `FOREIGN DATA WRAPPER ${name}`;
    return [
      `CREATE FOREIGN DATA WRAPPER ${name}${options}`,
      ...drawFacets(decide, world, {
        target,
        grantTarget: target,
        privileges: ['USAGE'],
        hasOwner: false,
      }),
    ];
  },
};

export const serverFamily: Family = {
  name: 'foreign server',
  prefix: 'remote',
  inSchema: false,
  draw({ name, world, decide }) {
    const wrapper = decide.pick('wrapper', world.wrappers, String);
    if (wrapper === undefined) return undefined;
    world.servers.push(name);
    const version = decide.chance('version', 25)
      ? ` VERSION '${decide.integer('versioned', 3)}'`
      : '';
    const options = decide.chance('options', 40)
      ? ` OPTIONS (host 'h${decide.integer('host', 3)}')`
      : '';
    return [
      `CREATE SERVER ${name}${version} FOREIGN DATA WRAPPER ${wrapper}${options}`,
      ...(decide.chance('mapping', 40)
        ? [
            `CREATE USER MAPPING FOR ${decide.pick('user', [...world.roles, 'PUBLIC'], String)} SERVER ${name}`,
          ]
        : []),
      ...drawFacets(decide, world, {
        target: `SERVER ${name}`,
        grantTarget: `FOREIGN SERVER ${name}`,
        privileges: ['USAGE'],
      }),
    ];
  },
};
