// The way from an error to what caused it: Drizzle wraps the driver's error, and the engine its own.

/** An error and its causes, outermost first. */
export function causesOf(error: unknown): readonly Error[] {
  const links: Error[] = [];
  let link = error;
  // Somebody's own errors may cause each other.
  while (link instanceof Error && !links.includes(link)) {
    links.push(link);
    link = link.cause;
  }
  return links;
}
