// An SQL script as what a command reports: on standard output, and nothing beside it.

import type { Report } from './report.js';

export function reportScript(script: string): Report {
  return { data: { script }, print: ({ out }) => out(script.trimEnd()) };
}
