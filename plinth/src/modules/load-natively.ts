// Loads a module with Node alone where Node needs no help: plain JavaScript, whatever its file is
// called. A compiler for TypeScript takes longer to load than most commands take to run.

import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { pathToFileURL } from 'node:url';

/** White space, a comment, or a whole import declaration with its specifier, where the last ended. */
const HEAD =
  /\s+|\/\/.*|\/\*[\s\S]*?\*\/|import\b(?:[\s\w$*{},]*?\bfrom)?\s*(['"])([^'"\\\n]*)\1[ \t]*;?/y;

/** Whatever else could ask for another file, or for the place of this one. */
const REACHES_OUT = /\bimport\b|\brequire\b|\bfrom\s*['"]/;

/**
 * What the module exports, or undefined where it has to be compiled, resolved or explained by
 * someone else: TypeScript, imports of other files, and anything that fails.
 *
 * @param own The files that `plinth` and its subpaths stand for.
 */
export async function loadNatively(
  path: string,
  own: Readonly<Record<string, string>>,
): Promise<unknown> {
  const text = withOwnImports(await readFile(path, 'utf8'), own);
  const url = text === undefined ? urlOfScript(path) : urlOfText(text, path);
  if (url === undefined) return undefined;
  try {
    return await import(url);
  } catch {
    // Types are a syntax error here; and what fails in earnest fails again where it is explained.
    return undefined;
  }
}

/** Only the ending .mjs says what a file is without asking any package.json. */
function urlOfScript(path: string): string | undefined {
  return path.endsWith('.mjs') ? pathToFileURL(path).href : undefined;
}

function urlOfText(text: string, path: string): string {
  // Stack traces then name the file and its lines, not a URL that holds all of it.
  const named = `${text}\n//# sourceURL=${pathToFileURL(path).href}`;
  return `data:text/javascript,${encodeURIComponent(named)}`;
}

/**
 * The text with Plinth's own files in its imports; undefined when it imports anything else. Lines
 * stay where they are.
 */
function withOwnImports(text: string, own: Readonly<Record<string, string>>): string | undefined {
  HEAD.lastIndex = 0;
  let head = '';
  let end = 0;
  for (let part = HEAD.exec(text); part !== null; part = HEAD.exec(text)) {
    const [whole, quote = '', specifier] = part;
    end = HEAD.lastIndex;
    if (specifier === undefined || isBuiltin(specifier)) {
      head += whole;
      continue;
    }
    const file = own[specifier];
    if (file === undefined) return undefined;
    const url = pathToFileURL(file).href;
    head += whole.replace(`${quote}${specifier}${quote}`, () => JSON.stringify(url));
  }
  const body = text.slice(end);
  return REACHES_OUT.test(body) ? undefined : head + body;
}
