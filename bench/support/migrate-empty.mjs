// The least that a program can do that speaks to a server with pg: connect and end.

import pg from 'pg';

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.end();
