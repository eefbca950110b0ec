// How a statement of several clauses stands on the page: on one line where that is short, else a
// clause on each line.

const WIDTH = 80;

/** `CREATE SEQUENCE public.ids START WITH 10`, or each clause on a line of its own. */
export function layOut(head: string, clauses: readonly string[], indent = '    '): string {
  const line = [head, ...clauses].join(' ');
  return fits(line) ? line : [head, ...clauses].join(`\n${indent}`);
}

/** The same for a list in parentheses, with commas: `CREATE TYPE public.mood AS ENUM ('sad')`. */
export function layOutList(head: string, items: readonly string[]): string {
  const line = `${head} (${items.join(', ')})`;
  return fits(line) ? line : `${head} (\n    ${items.join(',\n    ')}\n)`;
}

/** The same for subcommands, with commas and without parentheses. */
export function layOutCommands(head: string, commands: readonly string[]): string {
  const line = `${head} ${commands.join(', ')}`;
  return fits(line) ? line : `${head}\n    ${commands.join(',\n    ')}`;
}

function fits(line: string): boolean {
  return line.length <= WIDTH && !line.includes('\n');
}
