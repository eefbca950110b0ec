// The process of `npm run token`: the token alone on standard output, what went wrong on standard
// error, with status 1.

import process from 'node:process';
import { makeToken } from './auth/token-command.js';
import { describeFailure } from './describe-failure.js';

try {
  const token = await makeToken(process.argv.slice(2), process.env, process.cwd());
  process.stdout.write(`${token}\n`);
} catch (error) {
  process.stderr.write(describeFailure(error, false));
  process.exitCode = 1;
}
