// `plinth list-templates`: what `plinth init` can start from.

import { INIT_TEMPLATES } from '../init-templates.js';
import type { Report } from '../report.js';

export function listTemplatesCommand(): Report {
  const templates = INIT_TEMPLATES.map(({ name, summary }) => ({ name, summary }));
  const width = Math.max(...templates.map(({ name }) => name.length));
  return {
    data: { templates },
    print: ({ out }) => {
      for (const { name, summary } of templates) out(`${name.padEnd(width)}  ${summary}`);
    },
  };
}
