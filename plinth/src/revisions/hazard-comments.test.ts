import { describe, expect, it } from 'vitest';
import { hazardsInComments } from './hazard-comments.js';
import { parseRevision } from './parse-revision.js';
import type { RevisionStatement } from './revision.js';

const HEAD = '-- plinth:revision a\n-- plinth:revises (base)\n-- plinth:message m\n';

function statementsOf(upgrade: string, downgrade = ''): readonly RevisionStatement[] {
  const text = `${HEAD}-- plinth:upgrade${upgrade}\n-- plinth:downgrade${downgrade}\n`;
  const { source } = parseRevision('r.sql', text);
  return source.kind === 'sql' ? [...source.upgrade, ...source.downgrade] : [];
}

describe('comments of a statement', () => {
  it.each<[string, string, readonly (readonly string[])[]]>([
    ['none', '\nSELECT 1;', [[]]],
    ['one', '\n-- why\nSELECT 1;', [['why']]],
    ['several', '\n-- one\n--two \n  -- three\nSELECT 1;', [['one', 'two', 'three']]],
    ['each its own', '\n-- one\nSELECT 1;\n-- two\nSELECT 2;', [['one'], ['two']]],
    ['not behind a blank line', '\n-- far\n\n-- near\nSELECT 1;', [['near']]],
    ['not behind the statement before', '\nSELECT 1; -- first\nSELECT 2;', [[], []]],
    ['not on its own line', '\n-- above\n/* x */ SELECT 1; SELECT 2;', [['above'], []]],
    ['not out of a quote', "\nSELECT '\n-- lost';\nSELECT 2;", [[], []]],
    ['not out of a comment', '\n/*\n-- lost\n*/\nSELECT 1;', [[]]],
    ['not a semicolon', '\n-- lost\n;\nSELECT 1;', [[]]],
  ])('%s', (_, upgrade, expected) => {
    expect(statementsOf(upgrade).map(({ comments }) => comments)).toEqual(expected);
  });

  it('are read in both sections', () => {
    const statements = statementsOf('\n-- up\nSELECT 1;', '\n-- down\nSELECT 2;');
    expect(statements.map(({ comments }) => comments)).toEqual([['up'], ['down']]);
  });
});

describe('hazardsInComments', () => {
  it('takes the kinds that it is given, and leaves other comments', () => {
    const [statement] = statementsOf(
      '\n-- loses-data: the column a: gone\n-- note: no hazard\n-- breaks-code:none\nSELECT 1;',
    );
    if (statement === undefined) throw new Error('no statement');
    expect(hazardsInComments(statement, ['breaks-code', 'loses-data'])).toEqual([
      { kind: 'loses-data', message: 'the column a: gone' },
    ]);
    expect(hazardsInComments(statement, [])).toEqual([]);
  });
});
