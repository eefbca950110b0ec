// Brings the schema of a database into a scratch of another major version: majors print the same
// object differently, so only what one of them has printed can be compared.

import { type Catalog, emptyCatalog } from '../catalog/index.js';
import { diff, renderPlan } from '../diff/index.js';
import { isPlinthError, PlinthError } from '../errors/index.js';
import type { Scratch } from '../scratch/index.js';
import type { FoundSide } from './found-side.js';

export function majorOf({ serverVersion }: Pick<Catalog, 'serverVersion'>): number {
  return Math.floor(serverVersion / 10_000);
}

/**
 * @param printer A catalog of the scratch: its role and version count.
 * @throws PlinthError SIDE_NOT_RECREATED, or SCRATCH_EXTENSION_MISSING.
 */
export async function recreate(
  side: FoundSide,
  scratch: Scratch,
  printer: Pick<Catalog, 'role' | 'serverVersion'>,
): Promise<FoundSide> {
  const { catalog, description } = side;
  const { serverVersion, role } = printer;
  const nothing = emptyCatalog(catalog.serverVersion, role);
  const plan = diff(nothing, catalog, { plain: true, serverVersion });
  const text = renderPlan(plan, { hazards: false });
  try {
    const loaded = await scratch.load([{ file: description, text }]);
    // What only the database can say: who reads it, and what is not modelled there.
    const { role: reader, unmodelled } = catalog;
    return { ...side, catalog: { ...loaded.catalog, role: reader, unmodelled } };
  } catch (error) {
    if (!isPlinthError(error, 'SCRATCH_STATEMENT_FAILED')) throw error;
    const majors = `PostgreSQL ${majorOf(catalog)} in a scratch of PostgreSQL ${majorOf(printer)}`;
    throw new PlinthError(
      'SIDE_NOT_RECREATED',
      `the schema of ${description} cannot be made anew, ${majors}:\n${error.message}`,
      {
        hint: `Use a server of PostgreSQL ${majorOf(catalog)} as scratch, with --scratch-url.`,
        details: error.details,
        cause: error,
      },
    );
  }
}
