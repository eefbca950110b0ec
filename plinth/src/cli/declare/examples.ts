// How the examples of a command look in its help.

/** @param examples What each does, and its command line. */
export function examples(lines: readonly (readonly [does: string, line: string])[]): string {
  return ['', 'Examples:', ...lines.flatMap(([does, line]) => [`  ${does}`, `    ${line}`])].join(
    '\n',
  );
}
