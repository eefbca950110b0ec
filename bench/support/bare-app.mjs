// The peer of the HTTP benchmark: what a backend developer would write by hand with Fastify and
// pg for the same two routes. It prints its address and ends with its parent.

import { fastify } from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const app = fastify();
const COLUMNS = 'id, title, description, completed, user_id, created_at, updated_at';

app.get('/api/tasks/:id', async (request, reply) => {
  const { rows } = await pool.query({
    name: 'task',
    text: `SELECT ${COLUMNS} FROM tasks WHERE id = $1`,
    values: [request.params.id],
  });
  if (rows.length === 0) return reply.code(404).send({ error: 'not found' });
  return rows[0];
});

app.get('/api/tasks', async () => {
  const { rows } = await pool.query({
    name: 'tasks',
    text: `SELECT ${COLUMNS} FROM tasks ORDER BY created_at DESC, id DESC LIMIT $1`,
    values: [51],
  });
  return rows.slice(0, 50);
});

console.log(`listening on ${await app.listen({ host: '127.0.0.1', port: 0 })}`);
