// Makes every check, in order. A check that fails hides none of the others; those that need what
// was not reached say so. It changes nothing in the database.

import { type Engine, openEngine } from '../engine/index.js';
import { checkConnections } from './checks/connections.js';
import { checkExtensions } from './checks/extensions.js';
import { checkPool } from './checks/pool.js';
import { checkPooler } from './checks/pooler.js';
import { checkQuery } from './checks/query.js';
import { checkRevisionFiles } from './checks/revision-files.js';
import { checkRevisions } from './checks/revisions.js';
import { checkRole } from './checks/role.js';
import { checkServer } from './checks/server.js';
import { checkTls } from './checks/tls.js';
import { checkUrl } from './checks/url.js';
import { errorVerdict } from './error-verdict.js';
import { type Finding, NOT_REACHED, type Verdict } from './finding.js';
import type { Patient, ReachedPatient } from './patient.js';

export interface Diagnosis {
  readonly status: 'passed' | 'failed';
  readonly checks: readonly Finding[];
}

interface Check<Subject> {
  readonly name: string;
  run(subject: Subject): Promise<Verdict>;
}

const PROJECT_CHECKS: readonly Check<Patient>[] = [
  { name: 'url', run: checkUrl },
  { name: 'revision files', run: checkRevisionFiles },
];

const DATABASE_CHECKS: readonly Check<ReachedPatient>[] = [
  { name: 'server', run: checkServer },
  { name: 'query', run: checkQuery },
  { name: 'tls', run: checkTls },
  { name: 'pool', run: checkPool },
  { name: 'connections', run: checkConnections },
  { name: 'pooler', run: checkPooler },
  { name: 'extensions', run: checkExtensions },
  { name: 'revisions', run: checkRevisions },
  { name: 'row-level security', run: checkRole },
];

/**
 * Examines a project, or says of every check that it was not reached when the project could not
 * be loaded. It rejects only for a defect of its own.
 *
 * @param load Loads the project; what it throws becomes a finding.
 */
export async function diagnose(load: () => Promise<Patient>): Promise<Diagnosis> {
  const configuration = await attempt(load);
  if ('verdict' in configuration) {
    const rest = notReached([...PROJECT_CHECKS, ...DATABASE_CHECKS]);
    return diagnosisOf([{ name: 'configuration', ...configuration.verdict }, ...rest]);
  }
  const patient = configuration.value;
  const ofProject = await runChecks(PROJECT_CHECKS, patient);
  return diagnosisOf([...ofProject, ...(await examineDatabase(patient))]);
}

async function examineDatabase(patient: Patient): Promise<readonly Finding[]> {
  // The doctor tells what is now; waiting for a server to come is not its task.
  const opened = await attempt(() => openEngine({ ...patient.options, connectRetries: 1 }));
  if ('verdict' in opened) {
    const [first, ...others] = notReached(DATABASE_CHECKS);
    return [{ ...first, ...opened.verdict, name: 'server' }, ...others];
  }
  const engine: Engine = opened.value;
  try {
    return await runChecks(DATABASE_CHECKS, { ...patient, engine });
  } finally {
    await engine.close();
  }
}

async function runChecks<Subject>(
  checks: readonly Check<Subject>[],
  subject: Subject,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { name, run } of checks) {
    const done = await attempt(() => run(subject));
    findings.push({ name, ...('verdict' in done ? done.verdict : done.value) });
  }
  return findings;
}

async function attempt<Value>(
  work: () => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly verdict: Verdict }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { verdict: errorVerdict(error) };
  }
}

function notReached(checks: readonly { readonly name: string }[]): readonly Finding[] {
  return checks.map(({ name }) => ({ name, ...NOT_REACHED }));
}

function diagnosisOf(checks: readonly Finding[]): Diagnosis {
  const status = checks.some((check) => check.status === 'failed') ? 'failed' : 'passed';
  return { status, checks };
}
