// Several cases of one family in one pair of databases, each in a schema that bears its name: one
// plan for all of them, where a server for each would take its time.

import type { Convergence } from './convergence.js';

/** What a case says, written as if it had a database of its own. */
export type Case = Pick<Convergence, 'from' | 'to'>;

/** The pair of schemas that holds every case. */
export function sideBySide(cases: Readonly<Record<string, Case>>): Case {
  const write = (side: keyof Case): string =>
    Object.entries(cases)
      .map(([name, sql]) => `CREATE SCHEMA "${name}"; SET search_path = "${name}";\n${sql[side]};`)
      .join('\n');
  return { from: write('from'), to: write('to') };
}
