// The room for the prover: tenants that try to reach each other's rows, and whether they could.

export type {
  AttackName,
  AttackResult,
  IsolationOptions,
  IsolationProof,
  ResultStatus,
} from './isolation-proof.js';
export { ATTACKS } from './isolation-proof.js';
export { proveDatabase } from './prove-database.js';
export { proveInScratch, type ScratchSubject } from './prove-in-scratch.js';
export { type ProofOptions, proveIsolation } from './prove-isolation.js';
