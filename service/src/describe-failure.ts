// Words a failed start: one line that says what happened, one that says what to do.

import { isPlinthError } from 'plinth';
import { StartError } from './start-error.js';

/** The text for standard error; with the stack where somebody looks for a defect. */
export function describeFailure(error: unknown, withStack: boolean): string {
  const hint = error instanceof StartError || isPlinthError(error) ? error.hint : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const lines = [`error: ${message}`];
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  if (withStack && error instanceof Error && error.stack !== undefined) lines.push(error.stack);
  return `${lines.join('\n')}\n`;
}
