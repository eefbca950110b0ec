// A plan as text: statements, each with its hazards as comments above it, in blocks.

import type { Plan, PlannedStatement } from './plan.js';

export interface RenderOptions {
  /** Whether hazards stand above their statements. Default: true. */
  readonly hazards?: boolean;
}

/** The SQL of a plan, ready for psql: empty where there is nothing to do. */
export function renderPlan({ statements }: Plan, { hazards = true }: RenderOptions = {}): string {
  let text = '';
  for (const [index, planned] of statements.entries()) {
    const previous = statements[index - 1];
    if (previous !== undefined && !isTight(previous, planned)) text += '\n';
    text += `${hazards ? commentsOf(planned) : ''}${close(planned.sql)}\n`;
  }
  return text;
}

/** Statements of one block that fit on a line each stand together. */
function isTight(previous: PlannedStatement, next: PlannedStatement): boolean {
  return (
    previous.block === next.block &&
    !previous.sql.includes('\n') &&
    !next.sql.includes('\n') &&
    next.hazards.length === 0
  );
}

/** A semicolon after a line comment would be part of it. */
function close(sql: string): string {
  const last = sql.slice(sql.lastIndexOf('\n') + 1);
  return last.includes('--') ? `${sql}\n;` : `${sql};`;
}

function commentsOf({ hazards }: PlannedStatement): string {
  return hazards.map(({ kind, message }) => `-- ${kind}: ${onOneLine(message)}\n`).join('');
}

function onOneLine(text: string): string {
  return text.includes('\n') ? text.replaceAll(/\s*\n\s*/g, ' ') : text;
}
