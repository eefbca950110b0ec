// Reads what a TypeScript source imports: statically, for types only, or dynamically.

import { maskSource } from './mask-source.js';

/** One import or re-export of a source. */
export interface SourceImport {
  /** What stands in the quotes; undefined where it is computed when the program runs. */
  readonly specifier: string | undefined;
  /** The text of the statement up to the specifier, to see the names. */
  readonly clause: string;
}

const FROM =
  /(?<![.\w$])(?<clause>(?:import|export)\b[^'";]*?\bfrom)\s*(?:'(?<a>[^']+)'|"(?<b>[^"]+)")/g;
const BARE = /(?<![.\w$])(?<clause>import)\s*(?:'(?<a>[^']+)'|"(?<b>[^"]+)")/g;
const DYNAMIC = /(?<![.\w$])(?<clause>import)\s*\(\s*(?:'(?<a>[^']+)'|"(?<b>[^"]+)")?/g;

/** All imports of a source, in no particular order. */
export function readImports(source: string): readonly SourceImport[] {
  const code = maskSource(source, { keepStrings: true });
  return [FROM, BARE, DYNAMIC]
    .flatMap((pattern) => [...code.matchAll(pattern)])
    .map(({ groups }) => ({ specifier: groups?.a ?? groups?.b, clause: groups?.clause ?? '' }));
}
