// `npm start`: sets up what is missing, then becomes the service. The service runs in this very
// process, so that signals reach it.

import { endWithNpm } from './end-with-npm.mjs';
import { setUp } from './set-up.mjs';

endWithNpm();
await setUp();
await import('../service/dist/main.js');
