// `plinth completion`: the script that a shell reads at its start.

import { COMPLETION_SCRIPTS, type Shell } from '../completion-scripts.js';
import type { Report } from '../report.js';

export function completionCommand(shell: Shell): Report {
  const script = COMPLETION_SCRIPTS[shell];
  return { data: { shell, script }, print: ({ out }) => out(script.trimEnd()) };
}
