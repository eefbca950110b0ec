// The room for the doctor: whether a project and its database are fit to work together.

export { type Diagnosis, diagnose } from './diagnose.js';
export type { Finding, FindingStatus } from './finding.js';
export type { Patient } from './patient.js';
