// The rules of the house as functions over sources: which room may import what, and how a file
// of the library looks. Each violation is a sentence that names the file and the rule.

import { posix } from 'node:path';
import { maskSource } from './mask-source.js';
import { readImports, type SourceImport } from './read-imports.js';

/**
 * Rooms of plinth/src and their floors: a room imports only from floors below its own. Errors are
 * the ground the house stands on: floor 0 throws them too.
 */
export const FLOORS: Readonly<Record<string, number>> = {
  errors: -1,
  sql: 0,
  modules: 0,
  engine: 1,
  revisions: 1,
  catalog: 1,
  diff: 2,
  models: 2,
  scratch: 2,
  tenancy: 2,
  migrate: 3,
  retention: 3,
  secrets: 3,
  audit: 3,
  sources: 3,
  fastify: 4,
  insight: 4,
  testing: 4,
  sides: 4,
  config: 4,
  doctor: 4,
  autogenerate: 5,
  merge: 5,
  isolation: 5,
  cli: 6,
};

/** Packages that belong to rooms: the only ones that may import them. */
const PACKAGE_ROOMS: readonly { readonly package: RegExp; readonly rooms: readonly string[] }[] = [
  { package: /^(pg|pg-.*|@electric-sql\/.*)$/, rooms: ['engine'] },
  { package: /^drizzle-orm$/, rooms: ['models', 'engine', 'secrets', 'audit', 'retention'] },
  { package: /^(fastify|@fastify\/.*)$/, rooms: ['fastify'] },
  { package: /^(prom-client|@opentelemetry\/.*)$/, rooms: ['insight'] },
  { package: /^commander$/, rooms: ['cli'] },
];

/**
 * Where `process` may be named: the CLI; the test server, which is a child process and must not
 * outlive its parent; and the lock of the embedded folder, which asks who this process is and
 * whether another one lives.
 */
const PROCESS_PLACES = [/^cli\//, /^testing\//, /^engine\/directory-lock\.ts$/];

const MAX_LINES = 400;

/** A source file by its path below plinth/src, with slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** What a file of plinth/src does against the rules of the house. */
export function checkRoomRules(file: SourceFile): readonly string[] {
  return [
    ...checkFloors(file),
    ...checkPackages(file),
    ...checkProcess(file),
    ...checkShape(file),
  ].map((problem) => `plinth/src/${file.path}: ${problem}`);
}

/** What a file of service/src imports from plinth that is not public. */
export function checkPublicImports(
  file: SourceFile,
  publicNames: readonly string[],
): readonly string[] {
  return specifiersOf(file)
    .filter((specifier) =>
      specifier.startsWith('.')
        ? posix.join(posix.dirname(file.path), specifier).startsWith('..')
        : /^plinth(\/|$)/.test(specifier) && !publicNames.includes(specifier),
    )
    .map(
      (specifier) =>
        `service/src/${file.path}: imports ${specifier}; the service uses plinth only through ${publicNames.join(', ')}.`,
    );
}

function checkFloors(file: SourceFile): readonly string[] {
  const own = roomOf(file.path);
  if (own !== undefined && FLOORS[own] === undefined) {
    return [`the room ${own} has no floor; give it one in test/support/room-rules.ts.`];
  }
  return specifiersOf(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.join(posix.dirname(file.path), specifier))
    .flatMap((target) => checkFloor(own, target));
}

function checkFloor(own: string | undefined, target: string): readonly string[] {
  const room = roomOf(target);
  if (target.startsWith('..')) return [`imports ${target}, outside of plinth/src.`];
  if (room === own && room !== undefined) return [];
  if (room === undefined) return [`imports ${target}; entry files stand above all rooms.`];
  const problems: string[] = [];
  if (target !== `${room}/index.js`) {
    problems.push(`imports ${target}; a room is entered only through ${room}/index.js.`);
  }
  if (own !== undefined && floorOf(room) >= floorOf(own)) {
    problems.push(
      `${own} (floor ${floorOf(own)}) imports ${room} (floor ${floorOf(room)}); a room imports only from floors below its own.`,
    );
  }
  return problems;
}

function floorOf(room: string): number {
  return FLOORS[room] ?? Number.POSITIVE_INFINITY;
}

/** The room a path lies in; undefined for the entry files above the rooms. */
function roomOf(path: string): string | undefined {
  const [room, rest] = path.split('/');
  return rest === undefined ? undefined : room;
}

function checkPackages(file: SourceFile): readonly string[] {
  const room = roomOf(file.path) ?? 'an entry file';
  return readImports(file.text).flatMap((imported) => checkPackage(room, imported));
}

function checkPackage(room: string, { specifier, clause }: SourceImport): readonly string[] {
  if (specifier === undefined) {
    return room === 'modules' ? [] : ['a computed import(); only modules/ loads files by path.'];
  }
  const name = packageOf(specifier);
  const owned = PACKAGE_ROOMS.find((entry) => entry.package.test(name));
  if (owned !== undefined && !owned.rooms.includes(room)) {
    return [`imports ${name}; only ${owned.rooms.join('/ and ')}/ may.`];
  }
  const builder = /(?:^|[{,\s])(pg[A-Z]\w*)/.exec(clause)?.[1];
  if (room !== 'models' && name === 'drizzle-orm' && builder !== undefined) {
    return [`imports ${builder} of ${specifier}; only models/ may use Drizzle's schema builders.`];
  }
  return [];
}

function packageOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

function checkProcess({ path, text }: SourceFile): readonly string[] {
  const problems: string[] = [];
  const code = maskSource(text, { keepStrings: false });
  const mayProcess = isTest(path) || PROCESS_PLACES.some((place) => place.test(path));
  const importsProcess = specifiersOf({ path, text }).some((name) =>
    /^(node:)?process$/.test(name),
  );
  if (!mayProcess && (importsProcess || /(?<![.\w$])process\s*\??[.[]/.test(code))) {
    problems.push(
      'touches process; only cli/, testing/ and engine/directory-lock.ts may: settings and signals come in as arguments.',
    );
  }
  if (!path.startsWith('cli/') && /(?<![.\w$])console\s*\./.test(code)) {
    problems.push('touches console; only cli/ talks to people.');
  }
  if (path !== 'cli/bin.ts' && /(?<![.\w$])process\s*\.\s*(exit|exitCode|abort)\b/.test(code)) {
    problems.push('ends the process; only cli/bin.ts exits.');
  }
  return problems;
}

function checkShape({ path, text }: SourceFile): readonly string[] {
  const problems: string[] = [];
  const lines = text.trimEnd().split('\n').length;
  if (lines > MAX_LINES) problems.push(`has ${lines} lines; over ${MAX_LINES} a file is split.`);
  if (!isTest(path) && !/^(#![^\n]*\n)?\/[/*]/.test(text)) {
    problems.push('does not open with a comment that says what it owns and never does.');
  }
  if (/\bexport\s*\*/.test(maskSource(text, { keepStrings: true }))) {
    problems.push('has an export *; an index names its exports.');
  }
  const vague = /(?:^|\/)(utils?|common|helpers?)(?:\/|\.)/.exec(path)?.[1];
  if (vague !== undefined)
    problems.push(`is called ${vague}, which says nothing; name what it does.`);
  return problems;
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts');
}

function specifiersOf(file: SourceFile): readonly string[] {
  return readImports(file.text).flatMap(({ specifier }) => specifier ?? []);
}
