// Writes the text of a revision file. What it returns parses back to what it was given.

import { parseRevision } from './parse-revision.js';
import { BASE_PARENT } from './revision-headers.js';

export interface RevisionDraft {
  readonly id: string;
  /** Parents; none makes it a base. */
  readonly revises: readonly string[];
  /** White space is folded, so that it stands on one line. */
  readonly message: string;
  readonly dependsOn?: readonly string[];
  readonly branchLabels?: readonly string[];
  readonly noTransaction?: boolean;
  readonly irreversible?: string;
  /** SQL of the upgrade; left out in a module. Default: none. */
  readonly upgrade?: string;
  /** SQL of the downgrade; left out in a module. Default: none. */
  readonly downgrade?: string;
}

/**
 * The text of a revision file, in SQL or as a TypeScript module with empty functions.
 *
 * @throws PlinthError as `parseRevision` does, for a draft that makes no valid revision, such as
 *   SQL with an open quote or a marker in it.
 * @param template The text of an SQL revision with `{headers}`, `{upgrade}` and `{downgrade}` in it,
 *   where these belong; the lines that open the sections are its own. What follows the one of the
 *   downgrade is left out where there is no downgrade.
 */
export function renderRevision(
  draft: RevisionDraft,
  format: 'sql' | 'ts' = 'sql',
  template?: string,
): string {
  const text = format === 'sql' ? renderSql(draft, template) : renderModule(draft);
  parseRevision(`${draft.id}.${format}`, text);
  return text;
}

function renderSql(draft: RevisionDraft, template: string | undefined): string {
  if (template !== undefined) return fillTemplate(draft, template);
  const sections = [renderSection('upgrade', draft.upgrade)];
  const undone = draft.irreversible === undefined || (draft.downgrade ?? '').trim() !== '';
  if (undone) sections.push(renderSection('downgrade', draft.downgrade));
  return [renderHeaders(draft, '--'), ...sections].join('\n');
}

function fillTemplate(draft: RevisionDraft, template: string): string {
  const { upgrade = '', downgrade = '', irreversible } = draft;
  const end = irreversible === undefined ? -1 : template.search(/^-- plinth:downgrade/m);
  const parts: Readonly<Record<string, string>> = {
    headers: renderHeaders(draft, '--').trimEnd(),
    upgrade: upgrade.trim(),
    downgrade: downgrade.trim(),
  };
  // By a function: in a plain replacement `$$` would mean something.
  const text = (end === -1 ? template : template.slice(0, end)).replace(
    /\{(headers|upgrade|downgrade)\}/g,
    (_, name: string) => parts[name] ?? '',
  );
  return `${text.trimEnd()}\n`;
}

function renderSection(name: string, sql = ''): string {
  const body = sql.trim();
  return `-- plinth:${name}\n${body === '' ? '' : `${body}\n`}`;
}

function renderModule(draft: RevisionDraft): string {
  const functions = draft.irreversible === undefined ? ['upgrade', 'downgrade'] : ['upgrade'];
  const [name, type] =
    draft.noTransaction === true ? ['_run', 'RevisionRunner'] : ['_tx', 'RevisionTransaction'];
  const types = ['RevisionContext', type].sort().join(', ');
  return [
    renderHeaders(draft, '//'),
    `import type { ${types} } from 'plinth/migrate';\n`,
    ...functions.map((direction) =>
      [
        `export async function ${direction}(`,
        `  ${name}: ${type},`,
        '  _context: RevisionContext,',
        '): Promise<void> {}\n',
      ].join('\n'),
    ),
  ].join('\n');
}

function renderHeaders(draft: RevisionDraft, prefix: string): string {
  const { revises, dependsOn = [], branchLabels = [] } = draft;
  const headers: readonly (readonly [name: string, value: string | undefined])[] = [
    ['revision', draft.id],
    ['revises', revises.length === 0 ? BASE_PARENT : revises.join(', ')],
    ['message', oneLine(draft.message)],
    ['depends-on', dependsOn.length === 0 ? undefined : dependsOn.join(', ')],
    ['branch-label', branchLabels.length === 0 ? undefined : branchLabels.join(', ')],
    ['no-transaction', draft.noTransaction === true ? '' : undefined],
    ['irreversible', draft.irreversible === undefined ? undefined : oneLine(draft.irreversible)],
  ];
  return headers
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${`${prefix} plinth:${name} ${value}`.trimEnd()}\n`)
    .join('');
}

// A line break would let the rest of a message stand in the file as a line of its own.
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
