// `plinth audit verify`: whether the chains of the audit log are whole, and how they end.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type AuditHead,
  type AuditVerification,
  readHeads,
  verifyAudit,
} from '../../audit/index.js';
import type { Project } from '../../config/index.js';
import { PlinthError } from '../../errors/index.js';
import { type AuditLog, collectAuditLogs, nameInLog } from '../../models/index.js';
import { readModelFiles } from '../../sources/index.js';
import { countOf } from '../count-of.js';
import { openProject, withDatabaseOf } from '../open-project.js';
import type { Report } from '../report.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export const AUDIT_ACTIONS = ['verify'] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export interface AuditOptions {
  readonly tenant?: string;
  /** Path of a file with heads. */
  readonly against?: string;
}

/** Its status is 1 where something was found. */
export async function auditCommand(
  terminal: Terminal,
  shared: SharedOptions,
  { tenant, against: path }: AuditOptions,
): Promise<Report> {
  const project = await openProject(terminal, shared);
  const log = await findLog(terminal, project);
  const against = path === undefined ? undefined : await readHeadsFile(terminal, path);
  const { tenants } = project;
  const verification = await withDatabaseOf(
    terminal,
    shared,
    project,
    async (db) => await verifyAudit(db, { log, tenants, tenant, against }),
  );
  const isWhole = verification.findings.length === 0;
  return {
    data: { status: isWhole ? 'passed' : 'failed', ...verification },
    print: (to) => {
      printVerification(to, verification);
      if (!isWhole) to.error(hintFor(verification, against === undefined && tenant !== undefined));
    },
    status: isWhole ? 0 : 1,
  };
}

async function findLog({ folder }: Terminal, project: Project): Promise<AuditLog> {
  const logs = collectAuditLogs(await readModelFiles(project, folder));
  const [log, ...others] = logs;
  if (log !== undefined && others.length === 0) return log;
  const names = logs.map(nameInLog).join(', ');
  throw new PlinthError(
    'AUDIT_LOG_UNKNOWN',
    `the models have ${log === undefined ? 'no audit log' : `several audit logs: ${names}`}`,
    { hint: 'Export one from the files of models: export const auditLog = auditTable().' },
  );
}

async function readHeadsFile({ folder }: Terminal, path: string): Promise<readonly AuditHead[]> {
  try {
    return readHeads(await readFile(resolve(folder, path), 'utf8'), path);
  } catch (cause) {
    if (cause instanceof PlinthError) throw cause;
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new PlinthError('AUDIT_HEADS_INVALID', `${path} cannot be read: ${said}`, {
      hint: 'Name a file that plinth audit verify --json was written to.',
      cause,
    });
  }
}

function printVerification(
  terminal: Terminal,
  { chains, rows, findings, pruned }: AuditVerification,
): void {
  for (const { tenant, lastSeq, before } of pruned) {
    const when = before === null ? '' : `, all before ${before}`;
    terminal.out(`  ${tenant}  ${countOf(lastSeq, 'row')} pruned${when}`);
  }
  for (const { tenant, message } of findings) terminal.out(`✗ ${tenant}  ${message}`);
  const looked = `${countOf(chains, 'chain')}, ${countOf(rows, 'row')}`;
  if (findings.length === 0) {
    terminal.out(`✓ ${looked}: nothing was changed, removed or inserted`);
    return;
  }
  terminal.out(`${looked}: ${countOf(findings.length, 'finding')}`);
}

/** @param isNamed Whether a tenant was named, and no heads that would prove that it was there. */
function hintFor({ chains }: AuditVerification, isNamed: boolean): string {
  return chains === 0 && isNamed
    ? 'hint: Look at the name of the tenant. Where it is right, compare the database with a backup.'
    : 'hint: Keep the database as it is, and compare it with a backup: a row says what it was there.';
}
