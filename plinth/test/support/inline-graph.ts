// Graphs of revisions written in one line, for tests in this folder. The tests in plinth/src use
// the same, and may not import from here.

export {
  appliedOf,
  errorOf,
  idsOf,
  inlineGraph,
} from '../../src/revisions/inline-graph.test.fixture.js';
