// Reads from the text of a statement which extension or role it creates.

import { createdObject } from './created-object.js';

/** The extension that a CREATE EXTENSION creates. */
export function extensionOf(statement: string): string | undefined {
  return nameIn('extension', statement);
}

/** The role that a CREATE ROLE, USER or GROUP creates. */
export function roleOf(statement: string): string | undefined {
  return nameIn('role', statement);
}

function nameIn(space: string, statement: string): string | undefined {
  const created = createdObject(statement);
  return created?.space === space ? created.name : undefined;
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
