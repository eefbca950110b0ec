// The room for tenants as the catalogs know them: who may see past row-level security, and why, and
// which tenants there are. It changes nothing.

export {
  auditRole,
  type RoleAudit,
  type RoleAuditOptions,
  type RoleProblem,
} from './audit-role.js';
export {
  auditTables,
  type TableAuditOptions,
  type TablePrivilege,
  type TableProblem,
} from './audit-tables.js';
export {
  listTenants,
  type TenantList,
  type TenantLister,
  type TenantSource,
} from './list-tenants.js';
