// The proof of a merge on a real PostgreSQL: branches are applied and undone in different orders,
// and what is at odds is said with its objects and revisions.

import { describe, expect, it } from 'vitest';
import { useServer } from '../../test/support/database.js';
import { isPlinthError, type PlinthError } from '../src/errors/index.js';
import { type MergeProof, proveMerge } from '../src/merge/index.js';
import { loadRevisions } from '../src/migrate/index.js';
import { scratchFor } from '../src/sides/index.js';
import { type RevisionText, revisionFolder } from './support/revision-folder.js';

const own = useServer();

/** Proves the merge of all heads; the first revision is the base, others revise it unless they say. */
async function prove(revisions: readonly RevisionText[], on: 'server' | 'embedded' = 'server') {
  const [first, ...others] = revisions;
  if (first === undefined) throw new Error('there is no revision');
  const history = await revisionFolder([first]);
  for (const revision of others) await history.write(revision, first.id);
  try {
    const graph = await loadRevisions(history.folder);
    const url = on === 'server' ? own.server.url : undefined;
    await using scratch = scratchFor(async () => undefined, url);
    return await proveMerge(scratch, graph, graph.heads);
  } finally {
    await history.remove();
  }
}

async function conflictOf(revisions: readonly RevisionText[]): Promise<PlinthError> {
  const outcome: unknown = await prove(revisions).catch((error: unknown) => error);
  if (isPlinthError(outcome, 'MERGE_CONFLICT')) return outcome;
  throw new Error(`no conflict was found: ${JSON.stringify(outcome)}`, { cause: outcome });
}

const BASE: RevisionText = {
  id: 'base0',
  upgrade: 'CREATE TABLE users (id int PRIMARY KEY, mail text);',
  downgrade: 'DROP TABLE users;',
};

const at = (revises: string, id: string, upgrade: string, downgrade: string): RevisionText => ({
  id,
  revises,
  upgrade,
  downgrade,
});
const left = (upgrade: string, downgrade = '') => at('base0', 'left1', upgrade, downgrade);
const right = (upgrade: string, downgrade = '') => at('base0', 'right', upgrade, downgrade);

const APART: readonly RevisionText[] = [
  BASE,
  left('CREATE TABLE a (id int);', 'DROP TABLE a;'),
  right('CREATE TABLE b (id int);', 'DROP TABLE b;'),
];

interface Proved {
  readonly name: string;
  readonly revisions: readonly RevisionText[];
  readonly proof: MergeProof;
}

const BOTH_ORDERS = {
  upgrades: [
    ['left1', 'right'],
    ['right', 'left1'],
  ],
  downgrades: [
    ['left1', 'right'],
    ['right', 'left1'],
  ],
} as const;

const PROVED: readonly Proved[] = [
  {
    name: 'branches that have nothing to do with each other',
    revisions: APART,
    proof: { ...BOTH_ORDERS, notes: [] },
  },
  {
    name: 'columns of one table: only their order differs, which is said',
    revisions: [
      BASE,
      left('ALTER TABLE users ADD age int;', 'ALTER TABLE users DROP age;'),
      right('ALTER TABLE users ADD name text;', 'ALTER TABLE users DROP name;'),
    ],
    proof: {
      ...BOTH_ORDERS,
      notes: [
        'the columns of public.users stand in the order in which they were added: ' +
          'id, mail, age, name or id, mail, name, age',
      ],
    },
  },
  {
    name: 'a branch that says what it needs of the other one: the only order',
    revisions: [
      BASE,
      left('CREATE TABLE a (id int);', 'DROP TABLE a;'),
      {
        ...right('ALTER TABLE a ADD name text;', 'ALTER TABLE a DROP name;'),
        headers: ['depends-on left1'],
      },
    ],
    proof: { upgrades: [['left1', 'right']], downgrades: [['right', 'left1']], notes: [] },
  },
  {
    name: 'an irreversible branch is proved forward only',
    revisions: [
      BASE,
      left('CREATE TABLE a (id int);', 'DROP TABLE a;'),
      { ...right('CREATE TABLE b (id int);'), headers: ['irreversible nobody asked'] },
    ],
    proof: {
      upgrades: BOTH_ORDERS.upgrades,
      downgrades: [],
      notes: ['the way back is not proved: right is irreversible (nobody asked)'],
    },
  },
  {
    name: 'rows that a downgrade leaves behind are not held against the order',
    revisions: [
      BASE,
      left('INSERT INTO users VALUES (1);'),
      right('CREATE TABLE b (id int);', 'DROP TABLE b;'),
    ],
    proof: {
      ...BOTH_ORDERS,
      notes: ['undone and applied once more, the branches do not do the same as at first'],
    },
  },
  {
    name: 'a statement that stands alone, and a role that no downgrade drops',
    revisions: [
      BASE,
      left(
        'CREATE INDEX CONCURRENTLY users_mail ON users (mail);',
        'DROP INDEX CONCURRENTLY users_mail;',
      ),
      right(
        'DO $$ BEGIN CREATE ROLE plinth_merge_role; EXCEPTION WHEN duplicate_object THEN NULL; END $$;\nGRANT SELECT ON users TO plinth_merge_role;',
        'REVOKE SELECT ON users FROM plinth_merge_role;',
      ),
    ],
    proof: { ...BOTH_ORDERS, notes: [] },
  },
];

describe('proveMerge', () => {
  it.each(PROVED)('proves $name', async ({ revisions, proof }) => {
    expect(await prove(revisions)).toEqual(proof);
  });

  it('proves three branches of several revisions, an empty database among the orders', async () => {
    const table = (name: string) =>
      [`CREATE TABLE ${name} (id int);`, `DROP TABLE ${name};`] as const;
    const proof = await prove([
      BASE,
      at('base0', 'aaa1', ...table('a')),
      at('base0', 'bbb1', ...table('b')),
      at('base0', 'ccc1', ...table('c')),
      at('bbb1', 'ccc2', 'ALTER TABLE b ADD x int;', 'ALTER TABLE b DROP x;'),
    ]);
    expect(proof.upgrades).toEqual([
      ['aaa1', 'ccc1', 'bbb1', 'ccc2'],
      ['ccc1', 'bbb1', 'ccc2', 'aaa1'],
      ['bbb1', 'ccc2', 'aaa1', 'ccc1'],
      ['aaa1', 'bbb1', 'ccc1', 'ccc2'],
    ]);
    expect(proof.downgrades).toHaveLength(3);
  });

  it('proves in the embedded PostgreSQL as well', async () => {
    expect(await prove(APART, 'embedded')).toEqual({ ...BOTH_ORDERS, notes: [] });
  });

  it('says which downgrade does not lead back by itself, and proves the rest', async () => {
    const proof = await prove([
      BASE,
      left('CREATE TABLE a (id int);', 'SELECT 1;'),
      right('CREATE TABLE b (id int);', 'DROP TABLE b;'),
    ]);
    expect(proof.upgrades).toEqual(BOTH_ORDERS.upgrades);
    expect(proof.downgrades).toEqual([]);
    expect(proof.notes).toEqual([
      'the way back is not proved: undoing left1 does not lead back by itself: lacks\nDROP TABLE public.a;',
    ]);
  });
});

interface Conflicting {
  readonly name: string;
  readonly left: readonly [upgrade: string, downgrade?: string];
  readonly right: readonly [upgrade: string, downgrade?: string];
  readonly kind: 'failed' | 'differs';
  readonly direction?: 'downgrade';
  /** What is in conflict, with who touches it. */
  readonly objects: Readonly<Record<string, string>>;
  /** In the message. */
  readonly says: string | RegExp;
}

const CONFLICTING: readonly Conflicting[] = [
  {
    name: 'both create the same table',
    left: ['CREATE TABLE a (id int);', 'DROP TABLE a;'],
    right: ['CREATE TABLE a (name text);', 'DROP TABLE a;'],
    kind: 'failed',
    objects: { 'table:public.a': 'left1 right' },
    says: /upgrade in the order left1, right:\n.*right \(about right\) was rolled back\n.*right\.sql:6\n.*\| CREATE TABLE a \(name text\)\n.*relation "a" already exists \(SQLSTATE 42P07\)/,
  },
  {
    name: 'both rename one column',
    left: ['ALTER TABLE users RENAME mail TO email;', 'ALTER TABLE users RENAME email TO mail;'],
    right: [
      'ALTER TABLE users RENAME mail TO address;',
      'ALTER TABLE users RENAME address TO mail;',
    ],
    kind: 'failed',
    objects: { 'column:public.users.mail': 'left1 right' },
    says: 'column "mail" does not exist',
  },
  {
    name: 'one drops what the other refers to',
    left: [
      'CREATE TABLE posts (author int CONSTRAINT posts_author REFERENCES users);',
      'DROP TABLE posts;',
    ],
    right: ['DROP TABLE users;', 'CREATE TABLE users (id int PRIMARY KEY, mail text);'],
    kind: 'failed',
    objects: {
      'foreign-key:public.posts.posts_author': 'left1',
      'table:public.users': 'right',
    },
    says: 'cannot drop table users because other objects depend on it',
  },
  {
    name: 'one needs what the other makes, and does not say so',
    left: ['CREATE TABLE a (id int);', 'DROP TABLE a;'],
    right: ['ALTER TABLE a ADD name text;', 'ALTER TABLE a DROP name;'],
    kind: 'failed',
    objects: { 'table:public.a': 'left1', 'column:public.a.name': 'right' },
    says: 'relation "a" does not exist',
  },
  {
    name: 'rows that both insert, of which no schema tells',
    left: ['INSERT INTO users VALUES (1);', 'DELETE FROM users;'],
    right: ['INSERT INTO users VALUES (1);', 'DELETE FROM users;'],
    kind: 'failed',
    objects: {},
    says: 'duplicate key value violates unique constraint',
  },
  {
    name: 'the last one wins',
    left: ["COMMENT ON TABLE users IS 'left';", 'COMMENT ON TABLE users IS NULL;'],
    right: ["COMMENT ON TABLE users IS 'right';", 'COMMENT ON TABLE users IS NULL;'],
    kind: 'differs',
    objects: { 'table:public.users': 'left1 right' },
    says: /from the schema after right, left1\n {4}to the schema after left1, right:\n {4}COMMENT ON TABLE public\.users IS 'right';/,
  },
  {
    name: 'the first one wins',
    left: ['CREATE TABLE IF NOT EXISTS a (id int);', 'DROP TABLE IF EXISTS a;'],
    right: ['CREATE TABLE IF NOT EXISTS a (name text);', 'DROP TABLE IF EXISTS a;'],
    kind: 'differs',
    objects: {
      'column:public.a.id': 'left1 right',
      'column:public.a.name': 'left1 right',
    },
    says: 'what they make depends on the order',
  },
  {
    name: 'values of one enum, which are in the order in which they came',
    left: ["ALTER TYPE mood ADD VALUE 'good';", 'SELECT 1;'],
    right: ["ALTER TYPE mood ADD VALUE 'bad';", 'SELECT 1;'],
    kind: 'differs',
    objects: { 'enum:public.mood': 'left1 right' },
    says: 'mood',
  },
  {
    name: 'a view of every column',
    left: ['CREATE VIEW v AS SELECT * FROM users;', 'DROP VIEW v;'],
    right: ['ALTER TABLE users ADD name text;', 'ALTER TABLE users DROP name CASCADE;'],
    kind: 'differs',
    objects: { 'view:public.v': 'left1 right' },
    says: 'CREATE VIEW',
  },
  {
    name: 'what both made conditionally, the first downgrade takes from the other',
    left: ['CREATE SCHEMA IF NOT EXISTS app;', 'DROP SCHEMA app;'],
    right: ['CREATE SCHEMA IF NOT EXISTS app;', 'DROP SCHEMA app;'],
    kind: 'failed',
    direction: 'downgrade',
    objects: { 'schema:app': 'left1 right' },
    says: /once both are applied, one order of undoing them fails\n {2}downgrade in the order left1, right:\n.*\n.*right\.sql:9\n/,
  },
  {
    name: 'a downgrade that does something else while the other branch is there',
    left: ['CREATE TABLE a (id int);', 'DROP TABLE a;'],
    right: [
      'CREATE TABLE b (id int);',
      "DROP TABLE b;\nDO $$ BEGIN IF to_regclass('a') IS NOT NULL THEN COMMENT ON TABLE users IS 'left'; END IF; END $$;",
    ],
    kind: 'differs',
    direction: 'downgrade',
    objects: { 'table:public.users': '' },
    says: /once both are applied, one order of undoing them does not lead back\n {2}from the schema after undoing right, left1\n {4}to the schema where they part:\n {4}COMMENT ON TABLE public\.users IS NULL;\n {2}in conflict:\n {4}table public\.users$/,
  },
];

const MOOD: RevisionText = {
  ...BASE,
  upgrade: `${BASE.upgrade}\nCREATE TYPE mood AS ENUM ('so');`,
};

describe('proveMerge refuses', () => {
  it.each(CONFLICTING)('$name', async (conflicting) => {
    const { kind, direction = 'upgrade', objects, says } = conflicting;
    const error = await conflictOf([MOOD, left(...conflicting.left), right(...conflicting.right)]);
    expect(error.message).toMatch(
      /^left1 \(about left1\) and right \(about right\) cannot be merged: /,
    );
    expect(error.message).toMatch(says);
    expect(error.details).toMatchObject({ kind, direction, heads: ['left1', 'right'] });
    expect(error.details.objects).toEqual(
      Object.entries(objects).map(([object, ids]) => ({
        object,
        revisions: ids.split(' ').filter((id) => id !== ''),
      })),
    );
  });

  it('a conflict of revisions within the branches, and names only those', async () => {
    const error = await conflictOf([
      BASE,
      left('CREATE TABLE a (id int);', 'DROP TABLE a;'),
      at('left1', 'left2', 'ALTER TABLE users ADD name text;', 'ALTER TABLE users DROP name;'),
      at('left2', 'left3', 'ALTER TABLE a ADD name text;', 'ALTER TABLE a DROP name;'),
      right('CREATE TABLE b (id int);', 'DROP TABLE b;'),
      at('right', 'righ2', 'ALTER TABLE users ADD name int;', 'ALTER TABLE users DROP name;'),
    ]);
    expect(error.message).toContain('upgrade in the order left1, left2, left3, right, righ2:');
    expect(error.message).toContain(
      'in conflict:\n    column public.users.name: left2 (about left2), righ2 (about righ2)',
    );
  });

  it('a conflict between the second and the third of three branches', async () => {
    const table = (name: string) =>
      [`CREATE TABLE ${name} (id int);`, `DROP TABLE ${name};`] as const;
    const error = await conflictOf([
      BASE,
      at('base0', 'aaa1', ...table('a')),
      at('base0', 'bbb1', ...table('b')),
      at('base0', 'ccc1', ...table('b')),
    ]);
    expect(error.details.objects).toEqual([
      { object: 'table:public.b', revisions: ['bbb1', 'ccc1'] },
    ]);
  });
});
