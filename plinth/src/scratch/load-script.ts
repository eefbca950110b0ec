// Runs the statements of a script in an empty database and reads what they made. What is missing
// and belongs to the server, such as a role, is made for the scratch only, and said.

import { type Catalog, introspect } from '../catalog/index.js';
import type { Connection, Engine } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';
import {
  describeFailure,
  lineOfFailure,
  quoteIdentifier,
  quoteStatement,
  readServerFailure,
  type ServerFailure,
} from '../sql/index.js';
import { extensionOf, roleOf } from './created-names.js';
import { missingRole } from './missing-role.js';
import type { Script, ScriptStatement } from './read-script.js';

/** How a script has to be run: found out by trying. */
interface Manner {
  /** Whether everything runs in one transaction, which is undone. */
  together: boolean;
  /** Roles that the script names and nobody made. */
  readonly roles: Set<string>;
  /** Statements that are left out, and why. */
  readonly skipped: Map<ScriptStatement, string>;
}

export interface ScriptOutcome {
  readonly catalog: Catalog;
  /** Roles that were made for the script. */
  readonly roles: readonly string[];
  readonly notes: readonly string[];
}

/** The place where a script runs. */
export interface ScriptHost {
  /** An engine on an empty database. */
  emptyEngine(): Promise<Engine>;
  /** Told before something is done that is not undone. */
  soiled(): void;
  /** Told of a role that stays when the database is gone. */
  madeRole(role: string): void;
}

/** @throws PlinthError SCRATCH_STATEMENT_FAILED or SCRATCH_EXTENSION_MISSING. */
export async function loadScript({ statements }: Script, host: ScriptHost): Promise<ScriptOutcome> {
  const together = statements.every(({ transactional }) => transactional);
  const manner: Manner = { together, roles: new Set(), skipped: new Map() };
  for (;;) {
    const engine = await host.emptyEngine();
    if (!manner.together) host.soiled();
    const catalog = await engine.withConnection((connection) =>
      manner.together
        ? runTogether(connection, statements, manner)
        : runAlone(connection, statements, manner, host),
    );
    if (catalog === undefined) continue;
    return { catalog, roles: [...manner.roles], notes: [...manner.skipped.values()] };
  }
}

/** In one transaction, which is undone. `undefined` asks for another try, in the new manner. */
async function runTogether(
  connection: Connection,
  statements: readonly ScriptStatement[],
  manner: Manner,
): Promise<Catalog | undefined> {
  await connection.query('BEGIN');
  const passed = await runAll(connection, statements, manner, () => undefined);
  const catalog = passed ? await introspect(connection) : undefined;
  await connection.rollBack();
  return catalog;
}

async function runAlone(
  connection: Connection,
  statements: readonly ScriptStatement[],
  manner: Manner,
  host: ScriptHost,
): Promise<Catalog | undefined> {
  const passed = await runAll(connection, statements, manner, (role) => host.madeRole(role));
  return passed ? await introspect(connection) : undefined;
}

async function runAll(
  connection: Connection,
  statements: readonly ScriptStatement[],
  manner: Manner,
  onRole: (role: string) => void,
): Promise<boolean> {
  await connection.query('SET check_function_bodies = off');
  for (const role of manner.roles) {
    await connection.query(`CREATE ROLE ${quoteIdentifier(role)}`);
    onRole(role);
  }
  for (const statement of statements) {
    if (manner.skipped.has(statement)) continue;
    try {
      await connection.query(statement.text);
    } catch (error) {
      const failure = readServerFailure(error);
      if (adapt(manner, statement, failure)) return false;
      throw statementFailed(statement, failure, error);
    }
    const role = roleOf(statement.text);
    if (role !== undefined) onRole(role);
  }
  await connection.query('RESET SESSION AUTHORIZATION; RESET ROLE');
  return true;
}

/** Changes the manner so that the statement can pass; `false` where nothing helps. */
function adapt(manner: Manner, statement: ScriptStatement, failure: ServerFailure): boolean {
  const role = missingRole(failure);
  if (role !== undefined && !manner.roles.has(role)) {
    manner.roles.add(role);
    return true;
  }
  const why = reasonToSkip(statement, failure);
  if (why !== undefined) {
    manner.skipped.set(statement, `${statement.file}:${statement.line}: ${why}`);
    return true;
  }
  if (manner.together && failure.sqlstate === NOT_IN_A_TRANSACTION) {
    manner.together = false;
    return true;
  }
  return false;
}

const NOT_IN_A_TRANSACTION = '25001';

function reasonToSkip({ text }: ScriptStatement, failure: ServerFailure): string | undefined {
  if (failure.sqlstate === '42710' && roleOf(text) !== undefined) {
    return `${failure.message}: it is left as it is on the scratch server`;
  }
  // A dump of a newer PostgreSQL sets what this one does not know.
  if (failure.sqlstate === '42704' && /^SET\s+\w+\s*(?:=|TO)/i.test(text)) {
    return `${failure.message}: the scratch is older than what wrote the file`;
  }
  return undefined;
}

function statementFailed(
  statement: ScriptStatement,
  failure: ServerFailure,
  cause: unknown,
): PlinthError {
  const extension = extensionOf(statement.text);
  if (extension !== undefined && LACKS_EXTENSION.has(failure.sqlstate ?? '')) {
    return extensionMissing(extension, statement);
  }
  const { file } = statement;
  const line = lineOfFailure(statement, failure);
  return new PlinthError(
    'SCRATCH_STATEMENT_FAILED',
    [
      `${file}:${line}: PostgreSQL refuses a statement`,
      ...quoteStatement(statement.text),
      ...describeFailure(failure),
    ].join('\n'),
    {
      hint: 'Correct the statement.',
      details: { file, line, statement: statement.text, sqlstate: failure.sqlstate },
      cause,
    },
  );
}

/** `extension "postgis" is not available`, and what older servers say. */
const LACKS_EXTENSION: ReadonlySet<string> = new Set(['0A000', '58P01']);

export function extensionMissing(
  extension: string,
  { file, line }: { readonly file: string; readonly line: number },
): PlinthError {
  const own =
    extension === 'vector'
      ? 'Install @electric-sql/pglite-pgvector beside plinth, or name'
      : 'Name';
  return new PlinthError(
    'SCRATCH_EXTENSION_MISSING',
    `${file}:${line}: the scratch has no extension ${extension}`,
    {
      hint: `${own} a server that has it: --scratch-url, or scratchUrl in plinth.config.ts.`,
      details: { extension, file, line },
    },
  );
}
