// Knows which methods a path takes, for 405 and OPTIONS. It routes nothing.

/** A route as it is registered: `GET`, `/api/tasks/:id`. */
export interface RouteShape {
  readonly method: string | readonly string[];
  readonly url: string;
}

export interface MethodTable {
  add(route: RouteShape): void;
  /** The methods of a path, sorted; none when no route has that path. */
  methodsOf(path: string): readonly string[];
}

/**
 * A parameter stands for one whole part of a path and `*` for the rest, whatever pattern the
 * route gives them.
 */
export function createMethodTable(): MethodTable {
  const methodsByPattern = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  return {
    add({ method, url }) {
      // A catch-all, such as the one a CORS plugin adds for preflights, makes no path exist.
      if (url === '*' || url === '/*') return;
      const entry = methodsByPattern.get(url) ?? { pattern: toPattern(url), methods: new Set() };
      for (const name of typeof method === 'string' ? [method] : method) entry.methods.add(name);
      methodsByPattern.set(url, entry);
    },
    methodsOf(path) {
      const matching = [...methodsByPattern.values()].filter(({ pattern }) => pattern.test(path));
      const methods = new Set(matching.flatMap(({ methods: own }) => [...own]));
      if (methods.size > 0) methods.add('OPTIONS');
      return [...methods].sort();
    },
  };
}

function toPattern(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part.includes(':')) return '[^/]+';
    return part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&').replaceAll('*', '.*');
  });
  return new RegExp(`^${parts.join('/')}$`);
}
