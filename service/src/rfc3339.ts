// Turns PostgreSQL's text for a timestamptz into RFC 3339, without losing microseconds.

const ISO_OUTPUT =
  /^(?<date>\d{4}-\d{2}-\d{2}) (?<time>\d{2}:\d{2}:\d{2})(?:\.(?<fraction>\d{1,6}))?(?<hours>[+-]\d{2})(?::(?<minutes>\d{2}))?$/;

/**
 * `2026-01-02 03:04:05.12+00` becomes `2026-01-02T03:04:05.120000+00:00`. The session may be in
 * any time zone; its DateStyle must be ISO, PostgreSQL's default.
 *
 * @throws RangeError for a text RFC 3339 has no form for, such as a year before 0 or after 9999.
 */
export function toRfc3339(text: string): string {
  const parts = ISO_OUTPUT.exec(text)?.groups;
  if (parts === undefined) throw new RangeError(`not a timestamp with an offset: ${text}`);
  const { date = '', time = '', fraction = '', hours = '', minutes = '00' } = parts;
  return `${date}T${time}.${fraction.padEnd(6, '0')}${hours}:${minutes}`;
}
