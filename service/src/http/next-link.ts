// The Link header that leads to the next page (RFC 8288).

/** A link to the page behind the cursor, with the filters of this one. */
export function nextLink(
  path: string,
  query: Readonly<Record<string, unknown>>,
  cursor: string,
): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, cursor })) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return `<${path}?${parameters}>; rel="next"`;
}
