import { connect } from 'plinth';
import { expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { callUrl, runApp } from './support/service.js';
import { upgradeService } from './support/upgraded-database.js';

const database = useDatabase();

it('works in a session whose time zone has odd minutes', async () => {
  const url = new URL(database.url);
  url.searchParams.set('options', '-c TimeZone=Asia/Kathmandu');
  await using db = await connect({ url: url.href.replaceAll('+', '%20') });
  const app = await runApp(db, await upgradeService(db));
  try {
    for (const title of ['older', 'newer']) {
      const { body } = await callUrl(`${app.url}/api/tasks`, 'POST', { title });
      expect(body.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+05:45$/);
    }
    const first = await callUrl(`${app.url}/api/tasks?limit=1`, 'GET');
    const next = /^<([^>]+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await callUrl(`${app.url}${next}`, 'GET');
    expect([first.text, second.text].map((text) => JSON.parse(text)[0].title)).toEqual([
      'newer',
      'older',
    ]);
    expect(second.headers.get('link')).toBeNull();
  } finally {
    await app.close();
  }
});
