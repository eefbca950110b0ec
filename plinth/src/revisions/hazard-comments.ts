// The comment lines above the statements of a revision, and the hazards that stand in them as
// autogenerate writes them. Knows no kind of hazard.

import type { SqlStatement } from '../sql/index.js';
import type { RevisionStatement } from './revision.js';

export interface HazardComment<Kind extends string> {
  readonly kind: Kind;
  readonly message: string;
}

/**
 * What a statement's comments say of it in lines such as `-- loses-data: the column is dropped`.
 *
 * @param kinds the words before the colon that count.
 */
export function hazardsInComments<Kind extends string>(
  { comments }: RevisionStatement,
  kinds: readonly Kind[],
): readonly HazardComment<Kind>[] {
  return comments.flatMap((comment) => {
    const kind = kinds.find((known) => comment.startsWith(`${known}: `));
    return kind === undefined ? [] : [{ kind, message: comment.slice(kind.length + 2).trim() }];
  });
}

/** Statements of a text, in order, each with its comments; the first can have some from `from`. */
export function withComments(
  text: string,
  statements: readonly SqlStatement[],
  from: number,
): readonly RevisionStatement[] {
  let end = from;
  return statements.map((statement) => {
    const comments = linesAbove(text.slice(end, statement.offset));
    end = statement.offset + statement.text.length;
    return { ...statement, comments };
  });
}

// Between two statements stand only white space, comments and semicolons. The first line belongs
// to the statement before, and the last is the beginning of the statement's own.
function linesAbove(between: string): readonly string[] {
  const lines = between.split('\n');
  lines.pop();
  const comments: string[] = [];
  for (let line = lines.pop(); line !== undefined && lines.length > 0; line = lines.pop()) {
    const [, comment] = /^\s*--(.*)$/.exec(line) ?? [];
    if (comment === undefined) break;
    comments.unshift(comment.trim());
  }
  return comments;
}
