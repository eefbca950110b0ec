// The room for audit logs as they are in a database: whether their chains are whole. What writes them
// is in the room of models.

export type { AuditFinding, AuditHead, AuditPruned } from './audit-finding.js';
export { readHeads } from './read-heads.js';
export {
  type AuditDatabase,
  type AuditVerification,
  type AuditVerificationOptions,
  verifyAudit,
} from './verify-audit.js';
