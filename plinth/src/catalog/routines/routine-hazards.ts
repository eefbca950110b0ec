// What a change of a function or procedure may do to those who call it. It writes no statement.

import type { CatalogObject } from '../catalog-object.js';
import { isColumn } from '../columns/column-definition.js';
import type { Sides } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import type { Hazard } from '../statement.js';
import type { Routine } from './routine-definition.js';
import { routineTarget, signedName } from './routine-text.js';

/** Of a routine that now acts with its owner's rights, and that everybody may call. */
export function definerHazards(routine: Routine): readonly Hazard[] {
  const { definition, privileges } = routine;
  if (!definition.securityDefiner) return [];
  const isClosed = privileges?.revoked.some(
    ({ grantee, privilege }) => grantee === 'public' && privilege === 'EXECUTE',
  );
  if (isClosed === true) return [];
  const target = routineTarget(routine);
  return [
    {
      kind: 'widens-privileges',
      message: `everyone may execute ${signedName(routine)}, which acts with its owner's rights; REVOKE EXECUTE ON ${target} FROM PUBLIC closes it`,
    },
  ];
}

/** Of a routine that computes otherwise now, for what keeps what it computed. */
export function staleHazards(before: Routine, sides: Sides): readonly Hazard[] {
  const old = `the old ${signedName(before)}`;
  return sides.dependentsBefore(before.id).flatMap((user) => {
    if (sides.isCreated(user.id) || sides.isDropped(user.id)) return [];
    const message = describeStale(user, old);
    return message === undefined ? [] : [{ kind: 'can-fail', message }];
  });
}

function describeStale(user: CatalogObject, old: string): string | undefined {
  const name = qualifiedName(user.names);
  switch (user.kind) {
    case 'index':
      return `the index ${name} keeps results of ${old} until REINDEX INDEX CONCURRENTLY ${name}`;
    case 'exclusion-constraint':
      return `the index of ${name} keeps results of ${old} until it is built anew with REINDEX`;
    case 'materialized-view':
      return `${name} keeps results of ${old} until REFRESH MATERIALIZED VIEW ${name}`;
    case 'column': {
      const isStored = isColumn(user) && user.definition.generated?.stored === true;
      return isStored ? `rows keep results of ${old} in ${name} until they are updated` : undefined;
    }
    case 'check-constraint':
    case 'domain-constraint':
      return `values that ${old} let through ${name} are not checked again`;
    case 'table':
      return `rows of ${name} stay in the partitions that ${old} chose`;
    default:
      return undefined;
  }
}

/** Of a routine or aggregate that goes (`gone`), or comes back with another interface. */
export function callerHazards(
  name: string,
  change: 'gone' | 'changed' | 'same',
): readonly Hazard[] {
  switch (change) {
    case 'gone':
      return [{ kind: 'breaks-code', message: `what calls ${name} fails` }];
    case 'changed': {
      const message = `what calls ${name} may not fit its new arguments or its new result`;
      return [{ kind: 'breaks-code', message }];
    }
    case 'same':
      return [];
  }
}
