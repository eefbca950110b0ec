// Which file names are revisions and which of the two formats they use. No reading.

/** SQL, or a module of TypeScript or JavaScript. */
export type RevisionFormat = 'sql' | 'module';

/** The format of a file by its name; undefined when it is no revision (`.d.ts` is none). */
export function revisionFormat(path: string): RevisionFormat | undefined {
  const name = path.replace(/^.*[/\\]/s, '');
  if (name.startsWith('.') || /\.d\.m?ts$/.test(name)) return undefined;
  if (name.endsWith('.sql')) return 'sql';
  return /\.(?:ts|mts|js|mjs)$/.test(name) ? 'module' : undefined;
}
