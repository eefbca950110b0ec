// The major versions of PostgreSQL whose SQL Plinth knows.

export const OLDEST_MAJOR = 14;
export const NEWEST_MAJOR = 18;
