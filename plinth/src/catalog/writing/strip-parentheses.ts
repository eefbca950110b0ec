// Takes away the parentheses that PostgreSQL prints around a whole expression. It knows no more
// of SQL than where a quoted text ends.

const PIECE = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]/g;

/** `((a > 0))` becomes `a > 0`; `(a) AND (b)` stays as it is. */
export function stripParentheses(expression: string): string {
  let text = expression.trim();
  while (isEnclosed(text)) text = text.slice(1, -1).trim();
  return text;
}

/** Whether the first parenthesis is closed by the last character. */
function isEnclosed(text: string): boolean {
  if (!text.startsWith('(')) return false;
  let depth = 0;
  for (const { 0: piece, index } of text.matchAll(PIECE)) {
    if (piece === '(') depth += 1;
    if (piece !== ')') continue;
    depth -= 1;
    if (depth === 0) return index === text.length - 1;
  }
  return false;
}
