// Guards what the documents claim: links lead somewhere, commands and paths exist, tables say what
// the code says. It does not judge the prose.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENGINE_DEFAULTS } from 'plinth';
import { describe, expect, it } from 'vitest';
import { FLOORS } from './support/room-rules.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SKIPPED = /(^|\/)(node_modules|dist|coverage|\.[^/]+)(\/|$)/;

interface Page {
  readonly path: string;
  readonly text: string;
}

function readPages(folder = ''): readonly Page[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry): Page[] => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED.test(path)) return [];
    if (entry.isDirectory()) return [...readPages(path)];
    if (!path.endsWith('.md')) return [];
    return [{ path, text: readFileSync(join(ROOT, path), 'utf8') }];
  });
}

const pages = readPages();
const pageOf = (path: string) => pages.find((page) => page.path === path)?.text ?? '';

interface Fence {
  readonly language: string;
  readonly lines: readonly string[];
}

function fencesOf(text: string): readonly Fence[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
    language,
    lines: body.split('\n'),
  }));
}

function proseOf(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '');
}

function inlineCodeOf(text: string): readonly string[] {
  return [...proseOf(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** The name a heading gets for links, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

function anchorsIn(text: string): readonly string[] {
  return [...proseOf(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

function brokenLinks({ path, text }: Page): readonly string[] {
  const prose = proseOf(text).replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/i.test(link)) return [];
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file));
    if (!existsSync(join(ROOT, target))) return [link];
    const known = anchor === undefined || anchorsIn(pageOf(target.split(sep).join('/')));
    return known === true || known.includes(anchor ?? '') ? [] : [link];
  });
}

describe('links', () => {
  it.each(pages)('of $path lead somewhere', (page) => {
    expect(brokenLinks(page)).toEqual([]);
  });

  it.each([
    ['a file that is gone', '[a](gone.md)', ['gone.md']],
    ['a heading that is gone', '[a](CONTRIBUTING.md#gone)', ['CONTRIBUTING.md#gone']],
    ['a heading that exists', '[a](CONTRIBUTING.md#the-two-commands)', []],
    ['another site', '[a](https://example.com/gone)', []],
  ])('to %s are judged right', (_, text, broken) => {
    expect(brokenLinks({ path: 'README.md', text })).toEqual(broken);
  });

  it('of docs/README.md reach every page in docs', () => {
    const index = pageOf('docs/README.md');
    const inDocs = pages.map(({ path }) => path).filter((path) => path.startsWith('docs/'));
    const unlinked = inDocs
      .map((path) => path.slice('docs/'.length))
      .filter((path) => path !== 'README.md' && !index.includes(`](${path})`));
    expect(inDocs.length).toBeGreaterThan(3);
    expect(unlinked).toEqual([]);
  });
});

/** Command lines that begin with `plinth`: in inline code, after a prompt, in lines of a shell. */
function commandLinesOf(text: string): readonly string[] {
  const shown = fencesOf(text).flatMap(({ language, lines }) => {
    if (language === 'console') return lines.flatMap((line) => /^\$ (.*)$/.exec(line)?.[1] ?? []);
    return ['sh', 'bash', 'shell'].includes(language) ? lines : [];
  });
  return [...inlineCodeOf(text), ...shown].flatMap((code) => {
    const line = /^(?:[A-Z_]+=\S+ )*(?:npx )?plinth (.+?)(?:\s+#.*)?$/.exec(code.trim())?.[1];
    return line === undefined ? [] : [line];
  });
}

const helpByCommand = new Map<string, string>();

/** What `plinth help` prints about a command, or about all of them. */
function helpOf(command = ''): string {
  const program = join(ROOT, 'plinth', 'bin', 'plinth.js');
  const args = [program, 'help', ...(command === '' ? [] : [command])];
  const help =
    helpByCommand.get(command) ?? execFileSync(process.execPath, args, { encoding: 'utf8' });
  helpByCommand.set(command, help);
  return help;
}

const generalHelp = helpOf();
const commands = [...generalHelp.matchAll(/^ {2}([a-z][a-z-]*)\b/gm)].map(([, name = '']) => name);

/** What a command line names that the program does not know. */
function unknownIn(line: string): readonly string[] {
  const bare = line.replace(/"[^"]*"/g, '"…"').replace(/(?:--url|--config|-c) \S+ ?/g, '');
  const [name = ''] = bare.split(' ');
  // A placeholder, such as <command>, names nothing.
  if (!/^[\w-]/.test(name)) return [];
  if (!commands.includes(name)) return [name];
  const help = generalHelp + helpOf(name);
  return (bare.match(/(?<=\s)--?[a-z][a-z-]*/g) ?? []).filter(
    (option) => !new RegExp(`(^|[\\s,])${option}(?![\\w-])`, 'm').test(help),
  );
}

describe('commands', () => {
  it.each(pages)('in $path are known to plinth', ({ text }) => {
    expect(commandLinesOf(text).filter((line) => unknownIn(line).length > 0)).toEqual([]);
  });

  it.each([
    ['frobnicate', ['frobnicate']],
    ['revision --autogenerat', ['--autogenerat']],
    ['--url pglite://memory upgrade +1', []],
    ['revision -m "a --strange message"', []],
    ['downgrade -1', []],
  ])('are judged right: plinth %s', (line, unknown) => {
    expect(unknownIn(line)).toEqual(unknown);
  });

  it('are all in the reference', () => {
    const shown = commandLinesOf(pageOf('docs/cli.md')).join('\n');
    expect(commands.filter((name) => name !== 'help' && !shown.includes(name))).toEqual([]);
  });
});

/** Paths of this repository in inline code that do not exist. */
function missingPathsIn(text: string): readonly string[] {
  const { exports }: { readonly exports: Readonly<Record<string, unknown>> } = JSON.parse(
    readFileSync(join(ROOT, 'plinth', 'package.json'), 'utf8'),
  );
  const subpaths = Object.keys(exports).map((subpath) => subpath.replace(/^\./, 'plinth'));
  return inlineCodeOf(text)
    .filter((code) => /^(?:\.\/)?(?:plinth|service|scripts|test|docs|bench)\/[\w./-]*$/.test(code))
    .filter((code) => !subpaths.includes(code))
    .filter((code) => !existsSync(join(ROOT, sourceOf(code))));
}

/** What a built file is built from: dist is there only after a build. */
function sourceOf(path: string): string {
  return path.replace(/\/dist\//, '/src/').replace(/(?<=\/src\/.*)\.js$/, '.ts');
}

describe('paths', () => {
  it.each(pages)('in $path exist', ({ text }) => {
    expect(missingPathsIn(text)).toEqual([]);
  });

  it.each([
    ['`plinth/src/gone.ts`', ['plinth/src/gone.ts']],
    ['`service/dist/gone.js`', ['service/dist/gone.js']],
    ['`service/dist/main.js` and `plinth/migrate` and `plinth/src/engine/`', []],
  ])('are judged right: %s', (text, missing) => {
    expect(missingPathsIn(text)).toEqual(missing);
  });
});

/** The first two cells of each row of a table whose first cell is code. */
function rowsOf(text: string): readonly (readonly [string, string, string])[] {
  return [...text.matchAll(/^\| `([^`]+)` \| ([^|]*) \| ?([^|]*)/gm)].map(
    ([, name = '', value = '', more = '']) => [name, value.trim(), more.trim()] as const,
  );
}

describe('ARCHITECTURE.md', () => {
  const house = pageOf('ARCHITECTURE.md').split('**The rule.**')[0] ?? '';
  const rows = rowsOf(house);

  it('puts every room on the floor it has', () => {
    const floors = rows.map(([room, floor]) => [room, floor === 'ground' ? -1 : Number(floor)]);
    expect(Object.fromEntries(floors)).toEqual(FLOORS);
  });

  it('says of a room that it is not there yet, exactly while it is not', () => {
    const wrong = rows.filter(
      ([room, , owns]) =>
        owns.startsWith('not there yet') === existsSync(join(ROOT, 'plinth', 'src', room)),
    );
    expect(wrong).toEqual([]);
  });
});

describe('docs/engine.md', () => {
  it('states the defaults that the engine has', () => {
    const options = pageOf('docs/engine.md').split('## Options')[1]?.split('## ')[0] ?? '';
    const stated = new Map(
      rowsOf(options).map(([name, value]) => [name, value.replaceAll('`', '')] as const),
    );
    const defaults = Object.entries(ENGINE_DEFAULTS).map(([name, value]) => [name, String(value)]);
    expect(defaults.map(([name]) => [name, stated.get(String(name))])).toEqual(defaults);
  });
});
