// Where the files of extensions come from that PostgreSQL does not bring itself.

/** What Debian calls the packages; other systems call them much the same. */
const PACKAGES: Readonly<Record<string, string>> = {
  vector: 'pgvector, as postgresql-<major>-pgvector or in the image pgvector/pgvector',
  postgis: 'PostGIS, as postgresql-<major>-postgis-3 or in the image postgis/postgis',
};

/** What to do on a server that lacks the files of these extensions. */
export function installExtensions(names: readonly string[]): string {
  const packages = names.map((name) => PACKAGES[name] ?? `the package that holds ${name}`);
  return `Install on the server: ${packages.join('; ')}.`;
}
