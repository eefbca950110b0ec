// Reads a type as format_type() writes it: its name, its modifiers, whether it is an array.

export interface TypeName {
  /** Without modifiers: `character varying`, `timestamp with time zone`, `public.mood`. */
  readonly base: string;
  /** `[10, 2]` of `numeric(10,2)`. */
  readonly modifiers: readonly number[];
  readonly isArray: boolean;
}

const MODIFIERS = /\((-?\d+(?:,-?\d+)*)\)/;

export function readTypeName(text: string): TypeName {
  const isArray = text.endsWith('[]');
  const element = isArray ? text.slice(0, -2) : text;
  // A quoted name may hold parentheses of its own.
  const at = element.lastIndexOf('"') + 1;
  const [found, list = ''] = MODIFIERS.exec(element.slice(at)) ?? [];
  if (found === undefined) return { base: element, modifiers: [], isArray };
  const base = element.slice(0, at) + element.slice(at).replace(found, '');
  return { base, modifiers: list.split(',').map(Number), isArray };
}
