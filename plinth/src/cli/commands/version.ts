// `plinth version`: which Plinth this is.

import { PLINTH_VERSION } from '../../migrate/index.js';
import type { Report } from '../report.js';

export function versionCommand(): Report {
  return {
    data: { version: PLINTH_VERSION },
    print: ({ out }) => out(`plinth ${PLINTH_VERSION}`),
  };
}
