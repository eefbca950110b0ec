// Reads from the text of a statement which extension or role it creates.

import { isSignificant, type SqlToken, tokenize } from '../sql/index.js';

/** The extension that a CREATE EXTENSION creates. */
export function extensionOf(statement: string): string | undefined {
  const [kind, ...rest] = createdWords(statement);
  if (kind?.text.toLowerCase() !== 'extension') return undefined;
  const isConditional = rest[0]?.text.toLowerCase() === 'if' && rest.length > 3;
  return nameOf(rest[isConditional ? 3 : 0]);
}

/** The names that stand in texts as if an extension were created: maybe more than are. */
export function extensionsIn(sources: readonly { readonly text: string }[]): readonly string[] {
  const names = new Set<string>();
  for (const { text } of sources) {
    for (const [, quoted, plain] of text.matchAll(MENTIONED)) {
      const name = quoted ?? plain?.toLowerCase();
      if (name !== undefined) names.add(name);
    }
  }
  return [...names];
}

const MENTIONED = /\bcreate\s+extension\s+(?:if\s+not\s+exists\s+)?(?:"([^"]+)"|([\w$]+))/gi;

/** The role that a CREATE ROLE, USER or GROUP creates. */
export function roleOf(statement: string): string | undefined {
  const [kind, name, next] = createdWords(statement);
  const word = kind?.text.toLowerCase();
  if (word !== 'role' && word !== 'user' && word !== 'group') return undefined;
  const isMapping = name?.text.toLowerCase() === 'mapping' && next?.text.toLowerCase() === 'for';
  return isMapping ? undefined : nameOf(name);
}

/** What follows CREATE; enough of it. */
function createdWords(statement: string): readonly SqlToken[] {
  if (!/^create\b/i.test(statement)) return [];
  return tokenize(statement.slice(0, 400)).filter(isSignificant).slice(1, 8);
}

function nameOf(token: SqlToken | undefined): string | undefined {
  if (token?.kind === 'word') return token.text.toLowerCase();
  if (token?.kind === 'quoted-identifier') return token.text.slice(1, -1).replaceAll('""', '"');
  return undefined;
}
