// Proves that tenants cannot reach each other's rows: fills the isolated tables of a database for two
// tenants, attacks as each of them, and leaves nothing behind.

import { type Connection, TENANT_SETTING } from '../engine/index.js';
import { attackTable } from './attack-table.js';
import { attackFunctions } from './attacks/functions.js';
import { findCopies } from './attacks/triggers.js';
import { attackViews } from './attacks/views.js';
import { auditTenantRole } from './audits/audit-tenant-role.js';
import { explainUnfilled, unfilled } from './audits/explain-unfilled.js';
import { isolatedTables } from './fill/fill-plan.js';
import type { AttackResult, IsolationOptions, IsolationProof } from './isolation-proof.js';
import type { Place } from './place.js';
import { Scene } from './scene.js';
import { type Filled, setUp } from './set-up.js';
import { Stage } from './stage.js';
import { readSurvey } from './survey/read-survey.js';
import { chooseTenants, findTenantColumns } from './tenants.js';
import { Samples } from './values/sample-value.js';

export interface ProofOptions extends IsolationOptions {
  /** Whether the database is a throw-away one, in which more may be done. */
  readonly isScratch: boolean;
}

/**
 * Everything happens in one transaction, which is rolled back. What sequences have counted stays.
 *
 * @throws PlinthError ISOLATION_ROLE_UNUSABLE
 */
export async function proveIsolation(
  connection: Connection,
  options: ProofOptions,
): Promise<IsolationProof> {
  const { role = 'app_user', column = 'tenant_id', setting = TENANT_SETTING } = options;
  const stage = new Stage(connection, setting);
  const survey = await readSurvey(connection, role);
  const tenantColumns = findTenantColumns(survey, column);
  const isolated = isolatedTables(survey, { column, setting, tenantColumns });
  const tenants = chooseTenants(survey, tenantColumns);
  await stage.open();
  try {
    const { isScratch, functions = isScratch } = options;
    const callsFunctions = isScratch || functions;
    const place: Place = {
      stage,
      survey,
      isolated,
      tenantColumns,
      role,
      column,
      isScratch,
      callsFunctions,
    };
    if (typeof tenants === 'string') {
      return proofOf(role, await auditOnly(place, tenants), []);
    }
    const filled = await setUp(place, tenants);
    return proofOf(role, await attackAll(place, filled), filled.notes);
  } finally {
    await connection.rollBack();
  }
}

function proofOf(
  role: string,
  results: readonly AttackResult[],
  notes: readonly string[],
): IsolationProof {
  const isWell = results.every(({ status }) => status === 'held');
  return { status: isWell ? 'passed' : 'failed', role, results, notes };
}

async function attackAll(
  place: Place,
  { scene, filler, unset, views, seenAlone, before, after }: Filled,
): Promise<readonly AttackResult[]> {
  const results: AttackResult[] = [];
  for (const table of place.isolated) {
    const { oid } = table;
    const failure = explainUnfilled(scene, table, filler.failures.get(oid));
    results.push(...(await attackTable(scene, table, failure, unset.get(oid))));
  }
  results.push(...(await findCopies(scene, before, after)));
  results.push(...(await attackViews(scene, views, seenAlone)));
  results.push(...(await attackFunctions(scene)));
  results.push(...(await auditTenantRole(scene)));
  return results;
}

/** Where there cannot be two tenants nothing can be tried; what the catalogs say can be read. */
async function auditOnly(place: Place, reason: string): Promise<readonly AttackResult[]> {
  const samples = new Samples(place.survey.types);
  const nothing = { tenants: ['', ''], rows: [], spares: new Map(), emptied: [], samples } as const;
  const scene = new Scene({ ...place, ...nothing });
  const results: AttackResult[] = [];
  for (const table of place.isolated) {
    results.push(...(await attackTable(scene, table, unfilled(table, reason), undefined)));
  }
  results.push(...(await auditTenantRole(scene)));
  return results;
}
