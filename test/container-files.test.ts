// Guards the container files, which no test can build: what they copy, run, ask for and set
// exists in this repository. It starts no container engine.

import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readSources } from './support/read-sources.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Instruction {
  readonly name: string;
  readonly args: string;
}

interface Stage {
  readonly name: string;
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

function readInstructions(text: string): readonly Instruction[] {
  return text
    .replace(/^[ \t]*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const [, name, args] = /^([A-Z]+)\s+(.+)$/.exec(line.trim()) ?? [];
      return name === undefined || args === undefined ? [] : [{ name, args }];
    });
}

function readStages(text: string): readonly Stage[] {
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const instruction of readInstructions(text)) {
    const [, base, name] = /^(\S+) AS (\S+)$/.exec(instruction.args) ?? [];
    if (instruction.name !== 'FROM') stages.at(-1)?.instructions.push(instruction);
    else stages.push({ name: name ?? '', base: base ?? '', instructions: [] });
  }
  return stages;
}

interface Copy {
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

function copiesOf(stage: Stage): readonly Copy[] {
  return stage.instructions
    .filter(({ name }) => name === 'COPY')
    .map(({ args }) => {
      const from = /--from=(\S+)/.exec(args)?.[1];
      const paths = args.split(/\s+/).filter((word) => !word.startsWith('--'));
      return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? '' };
    });
}

/** Whether .dockerignore keeps a path out: of the patterns that match it, the last one counts. */
function isIgnored(path: string, patterns: readonly string[]): boolean {
  const parts = path.split('/');
  const lineage = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  const last = patterns.findLast((pattern) =>
    lineage.some((part) => toExpression(pattern.replace(/^!/, '')).test(part)),
  );
  return last !== undefined && !last.startsWith('!');
}

/** A pattern of .dockerignore: `*` stands for any part of a name, `**` for any folders. */
function toExpression(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^$(){}|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*/g, (star) => (star === '*' ? '[^/]*' : '(?:.*/)?'));
  return new RegExp(`^${source}$`);
}

/** Every path a stage holds below /app, as far as a file of this repository says so. */
function contentOf(stage: Stage, stages: readonly Stage[]): readonly string[] {
  const base = stages.find(({ name }) => name === stage.base);
  const inherited = base === undefined ? [] : contentOf(base, stages);
  const copied = copiesOf(stage).flatMap((copy) => copiedPaths(copy, stages));
  const commands = commandsOf(stage);
  return [
    ...inherited,
    ...copied,
    ...(commands.some((command) => command.startsWith('npm ci')) ? ['node_modules'] : []),
    ...(commands.includes('npm run build') ? ['plinth/dist', 'service/dist'] : []),
  ];
}

function copiedPaths({ from, sources, target }: Copy, stages: readonly Stage[]) {
  const other = stages.find(({ name }) => name === from);
  if (other !== undefined && sources.includes('/app')) return contentOf(other, stages);
  return sources.map((source) =>
    /(^\.\/|\/)$/.test(target) ? posix.join(target, posix.basename(source)) : target,
  );
}

function commandsOf(stage: Stage): readonly string[] {
  return stage.instructions.flatMap(({ name, args }) => (name === 'RUN' ? [args] : []));
}

/** `ENV a=1 b=2` of a stage, as an object. */
function environmentOf(stage: Stage): Readonly<Record<string, string>> {
  const pairs = stage.instructions
    .filter(({ name }) => name === 'ENV')
    .flatMap(({ args }) => args.trim().split(/\s+/))
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const);
  return Object.fromEntries(pairs);
}

const stages = readStages(read('Dockerfile'));
const runtime = stages.at(-1) ?? { name: '', base: '', instructions: [] };
const valuesOf = (name: string) =>
  runtime.instructions.flatMap((found) => (found.name === name ? [found.args] : []));
const ignored = read('.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const documented = [...read('.env.example').matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(([, name]) =>
  String(name),
);

describe('Dockerfile', () => {
  const copies = stages.flatMap((stage) => copiesOf(stage));
  const own = copies.filter(({ from }) => from === undefined).flatMap(({ sources }) => sources);

  it('has a stage to build and a last one to run', () => {
    expect(stages.map(({ name }) => name)).toEqual(['manifests', 'build', 'packages', 'runtime']);
    expect(stages.map(({ base }) => base)).not.toContain('');
  });

  it.each(own)('copies %s, which exists and is not ignored', (source) => {
    expect(existsSync(join(ROOT, source))).toBe(true);
    expect(isIgnored(source, ignored)).toBe(false);
  });

  it('copies from earlier stages what these hold', () => {
    const missing = copies.flatMap(({ from, sources }) => {
      const stage = stages.find(({ name }) => name === from);
      const paths = sources.map((source) => posix.relative('/app', source)).filter(Boolean);
      if (from === undefined || stage === undefined) return from === undefined ? [] : sources;
      return paths.filter((path) => !contentOf(stage, stages).includes(path));
    });
    expect(missing).toEqual([]);
  });

  it('has what the build reads: every project, its sources and the configuration', () => {
    const build = stages.find(({ name }) => name === 'build') ?? runtime;
    const { references }: { readonly references: readonly { readonly path: string }[] } =
      JSON.parse(read('tsconfig.json'));
    const needed = references.flatMap(({ path }) => [`${path}/src`, `${path}/tsconfig.json`]);
    expect(contentOf(build, stages)).toEqual(
      expect.arrayContaining([...needed, 'tsconfig.json', 'tsconfig.base.json', 'node_modules']),
    );
  });

  it('installs for production from the lock file, and runs no script of a dependency', () => {
    const packages = stages.find(({ name }) => name === 'packages') ?? runtime;
    expect(commandsOf(packages)).toEqual(['npm ci --omit=dev --omit=optional']);
    expect(contentOf(packages, stages)).toEqual(
      expect.arrayContaining(['.npmrc', 'package-lock.json', 'plinth/package.json']),
    );
  });

  it('runs the built service itself, and the last stage holds all it reads', () => {
    expect(valuesOf('CMD').map((command) => JSON.parse(command))).toEqual([
      ['node', 'service/dist/main.js'],
    ]);
    expect(existsSync(join(ROOT, 'service/src/main.ts'))).toBe(true);
    expect(contentOf(runtime, stages)).toEqual(
      expect.arrayContaining([
        'node_modules',
        'plinth/package.json',
        'plinth/dist',
        'service/package.json',
        'service/dist',
        'service/revisions',
      ]),
    );
  });

  it('asks a health route that exists, on the port of the service', () => {
    const [check = ''] = valuesOf('HEALTHCHECK');
    const path = /'(\/[\w/]+)'/.exec(check)?.[1];
    const sources = readSources(join(ROOT, 'plinth/src/fastify'));
    const routes = sources.flatMap(({ text }) =>
      [...text.matchAll(/\.get\('([^']+)'/g)].map(([, route]) => route),
    );
    expect(routes).toContain(path);
    expect(check).toContain("'http://127.0.0.1:' + process.env.PORT + ");
    const command: unknown = JSON.parse(check.slice(check.indexOf('[')));
    expect(command).toEqual(['node', '-e', expect.stringContaining('process.exit(ok ? 0 : 1)')]);
  });

  it('runs as an ordinary user who may write into the volume', () => {
    expect(valuesOf('USER')).toEqual(['node']);
    const [volume = ''] = valuesOf('VOLUME');
    const folder = posix.relative('/app', volume);
    expect(commandsOf(runtime)).toContain(`mkdir ${folder} && chown node:node ${folder}`);
    const [, embedded] = /^DATABASE_URL=pglite:\/\/\.\/(.*)$/m.exec(read('.env.example')) ?? [];
    expect(posix.dirname(String(embedded))).toBe(folder);
  });

  it('sets only variables that .env.example documents', () => {
    const { NODE_ENV, ...settings } = environmentOf(runtime);
    expect(NODE_ENV).toBe('production');
    expect(documented).toEqual(expect.arrayContaining(Object.keys(settings)));
    expect(settings).toMatchObject({ APP_ENV: 'production', HOST: '0.0.0.0' });
  });

  it('stops by a signal the service handles', () => {
    expect(valuesOf('STOPSIGNAL')).toEqual(['SIGTERM']);
  });
});

describe('.dockerignore', () => {
  it.each(['.env', '.git/config', 'node_modules/pg', 'plinth/dist', 'service/dist', '.plinth'])(
    'keeps %s out',
    (path) => {
      expect(isIgnored(path, ignored)).toBe(true);
    },
  );

  it.each(['plinth/src/sql/tokenize.test.ts'])('keeps the test %s out', (path) => {
    expect(existsSync(join(ROOT, path))).toBe(true);
    expect(isIgnored(path, ignored)).toBe(true);
  });

  it('lets nothing in that does not exist', () => {
    const allowed = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(allowed.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

type Tree = { readonly [key: string]: Tree | string };

function readYaml(text: string): Tree {
  return parse(text);
}

function treeAt(tree: Tree | string | undefined, ...path: readonly string[]): Tree {
  const found = path.reduce<Tree | string | undefined>(
    (at, key) => (typeof at === 'object' ? at[key] : undefined),
    tree,
  );
  return typeof found === 'object' ? found : {};
}

describe('compose.yaml', () => {
  const text = read('compose.yaml');
  const services = treeAt(readYaml(text), 'services');
  const database = treeAt(services, 'database');
  const service = treeAt(services, 'service');
  const { DATABASE_URL, MIGRATION_DATABASE_URL } = treeAt(service, 'environment');
  const url = String(MIGRATION_DATABASE_URL);

  it('has the database alone unless the profile is asked for', () => {
    expect(Object.keys(services)).toEqual(['database', 'service']);
    expect(database.profiles).toBeUndefined();
    expect(service.profiles).toEqual(['service']);
    expect(text).toContain('docker compose --profile service up');
  });

  it('runs PostgreSQL 18 with pgvector on a named volume', () => {
    expect(database.image).toBe('pgvector/pgvector:pg18');
    const [volume, path] = String(treeAt(database, 'volumes')['0']).split(':');
    expect(treeAt(readYaml(text), 'volumes')).toHaveProperty(String(volume));
    // Images before 18 had it in …/data; there, 18 refuses to start.
    expect(path).toBe('/var/lib/postgresql');
  });

  it('connects the service as the database is set up', () => {
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = treeAt(database, 'environment');
    expect(url).toBe(
      `postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@database:5432/${POSTGRES_DB}`,
    );
    expect(POSTGRES_PASSWORD).toMatch(/^\$\{POSTGRES_PASSWORD:-\w+\}$/);
    const check: unknown = treeAt(database, 'healthcheck').test;
    expect(check).toEqual(
      expect.arrayContaining([`--username=${POSTGRES_USER}`, `--dbname=${POSTGRES_DB}`]),
    );
    expect(treeAt(service, 'depends_on', 'database').condition).toBe('service_healthy');
  });

  it('makes the login that the service connects as, where its volume is made', () => {
    const { POSTGRES_PASSWORD, POSTGRES_DB } = treeAt(database, 'environment');
    const { source, target } = treeAt(database, 'configs', '0');
    expect(target).toMatch(/^\/docker-entrypoint-initdb\.d\/.*\.sql$/);
    const { content } = treeAt(readYaml(text), 'configs', String(source));
    const [, login, password] =
      /CREATE ROLE (\w+) LOGIN PASSWORD '(.+)' NOBYPASSRLS IN ROLE app_user;/.exec(
        String(content),
      ) ?? [];
    expect(password).toBe(POSTGRES_PASSWORD);
    expect(DATABASE_URL).toBe(`postgres://${login}:${password}@database:5432/${POSTGRES_DB}`);
  });

  it('states for outside the URL that works from there', () => {
    const outside = url
      .replace(/\$\{POSTGRES_PASSWORD:-(\w+)\}/, '$1')
      .replace('@database:', '@127.0.0.1:');
    expect(text).toContain(`DATABASE_URL=${outside} npm start`);
  });

  it('publishes on this machine only, on the port of the image', () => {
    const { PORT } = environmentOf(runtime);
    expect(valuesOf('EXPOSE')).toEqual([PORT]);
    expect(service.ports).toEqual([`127.0.0.1:${PORT}:${PORT}`]);
    expect(database.ports).toEqual(['127.0.0.1:5432:5432']);
  });

  it('sets only variables of the service that .env.example documents', () => {
    expect(documented).toEqual(expect.arrayContaining(Object.keys(treeAt(service, 'environment'))));
  });

  it('gives the service more time to end than it takes', () => {
    const [, deadline] = /SHUTDOWN_DEADLINE_MS = ([\d_]+)/.exec(read('service/src/main.ts')) ?? [];
    const seconds = Number(String(deadline).replaceAll('_', '')) / 1000;
    expect(Number.parseInt(String(service.stop_grace_period), 10)).toBeGreaterThan(seconds);
  });
});
