// `npm run token`: prints a token for the service on the embedded database. It builds nothing,
// because the service may be running, and because nothing but the token may be printed.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PROGRAM = new URL('../service/dist/token.js', import.meta.url);

if (existsSync(fileURLToPath(PROGRAM))) {
  await import(PROGRAM.href);
} else {
  console.error('error: the service is not built\nhint: Run npm start once, or npm run build.');
  process.exitCode = 1;
}
