// The program `plinth`: the only file of the package that ends the process.

import process from 'node:process';
import { runCli } from './run-cli.js';

process.exitCode = await runCli(process.argv.slice(2), {
  folder: process.cwd(),
  env: process.env,
  isScreen: process.stdout.isTTY === true,
  out: (line) => process.stdout.write(`${line}\n`),
  error: (line) => process.stderr.write(`${line}\n`),
});
