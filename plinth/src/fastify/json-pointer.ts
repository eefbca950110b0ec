// Writes JSON Pointers in URI fragment form (RFC 6901, section 6). It resolves none.

/** `['a/b', 0]` becomes `/a~1b/0`. */
export function toPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${escapePart(String(part))}`).join('');
}

/** `['a/b', 0]` becomes `#/a~1b/0`. */
export function toFragmentPointer(path: readonly PropertyKey[]): string {
  return fragmentOf(toPointer(path));
}

/** Turns a plain JSON Pointer, such as `/a~1b/0`, into fragment form. */
export function fragmentOf(pointer: string): string {
  return `#${pointer.split('/').map(encodePart).join('/')}`;
}

function escapePart(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

// A name from a request may hold half of a surrogate pair, which no URI can carry.
function encodePart(part: string): string {
  return encodeURIComponent(part.replaceAll(/\p{Surrogate}/gu, '\uFFFD'));
}
