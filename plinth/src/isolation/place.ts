// Where a proof happens and whose tables are meant: what is known before anything is filled.

import type { Stage } from './stage.js';
import type { Survey, Table } from './survey/survey.js';
import type { TenantColumns } from './tenants.js';

export interface Place {
  readonly role: string;
  readonly column: string;
  readonly isScratch: boolean;
  readonly callsFunctions: boolean;
  readonly stage: Stage;
  readonly survey: Survey;
  readonly isolated: readonly Table[];
  readonly tenantColumns: TenantColumns;
}
