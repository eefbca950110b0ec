// `npm run seed`: sets up what is missing, then fills the service with sample data.

import { setUp } from './set-up.mjs';

await setUp();
await import('../service/dist/seed.js');
