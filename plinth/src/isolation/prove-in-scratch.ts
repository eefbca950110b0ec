// Proves the schema that revisions or models make, in a scratch: nobody's data are near.

import { upgrade } from '../migrate/index.js';
import type { RevisionGraph } from '../revisions/index.js';
import type { Scratch, SqlSource } from '../scratch/index.js';
import { statementsOf } from '../sides/index.js';
import type { IsolationOptions, IsolationProof } from './isolation-proof.js';
import { proveIsolation } from './prove-isolation.js';

/** Whose schema is proved. */
export type ScratchSubject =
  | { readonly kind: 'revisions'; readonly history: RevisionGraph }
  | { readonly kind: 'models'; readonly sources: readonly SqlSource[] };

/** @throws PlinthError ISOLATION_ROLE_UNUSABLE, and of the codes SCRATCH_* and MIGRATE_*. */
export async function proveInScratch(
  scratch: Scratch,
  subject: ScratchSubject,
  options: IsolationOptions,
): Promise<IsolationProof> {
  const isModels = subject.kind === 'models';
  const loaded = isModels ? await scratch.load(subject.sources, { keep: true }) : undefined;
  const proofs: IsolationProof[] = [];
  const { notes } = await scratch.replay({
    statements: isModels ? [] : statementsOf(subject.history),
    from: isModels ? 'last' : 'empty',
    run: async (engine) => {
      if (!isModels) await upgrade(engine, 'heads', { revisions: subject.history });
      proofs.push(
        await engine.withConnection((connection) =>
          proveIsolation(connection, { ...options, isScratch: true }),
        ),
      );
    },
  });
  const proof = proofs.at(-1);
  if (proof === undefined) throw new Error('the scratch ran nothing');
  return { ...proof, notes: [...(loaded?.notes ?? []), ...notes, ...proof.notes] };
}
