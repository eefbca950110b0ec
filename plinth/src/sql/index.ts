// The room for SQL as text: quoting, splitting, reading what a statement is. It knows no
// database and no revision.

export { automaticName, cutName, MAX_NAME_BYTES } from './cut-name.js';
export { installExtensions } from './extension-packages.js';
export { lineAt } from './line-at.js';
export { normalizeSql } from './normalize-sql.js';
export { quoteIdentifier, splitIdentifiers, unquoteIdentifier } from './quote-identifier.js';
export { quoteLiteral } from './quote-literal.js';
export { NEWEST_MAJOR, OLDEST_MAJOR } from './server-majors.js';
export { type SqlStatement, splitStatements } from './split-statements.js';
export { endsSession, sqlStateOf } from './sql-state.js';
export { isSignificant, type SqlToken, type SqlTokenKind } from './sql-token.js';
export { StatementCursor } from './statement-cursor.js';
export {
  describeFailure,
  lineOfFailure,
  quoteStatement,
  readServerFailure,
  type ServerFailure,
} from './statement-failure.js';
export type { SqlOrigin } from './statement-groups.js';
export { tokenize } from './tokenize.js';
export { type TransactionRule, transactionRule } from './transaction-rules.js';
