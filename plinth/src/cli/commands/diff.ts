// `plinth diff`: the SQL that turns one schema into another, on standard output and nothing else.

import { type DiffOptions, diff, type Plan, renderPlan } from '../../diff/index.js';
import { isPlinthError } from '../../errors/index.js';
import { parseSide, type ReadSides, readSides, type SidesProject } from '../../sides/index.js';
import { askForRenames } from '../ask-for-renames.js';
import { cacheFolderOf } from '../cache-folder.js';
import { openProject } from '../open-project.js';
import { parseRename } from '../parse-rename.js';
import { printNotes, printUnmodelled } from '../print-notes.js';
import type { Report } from '../report.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export interface DiffCommandOptions {
  /** Whether a difference is told by the exit status. */
  readonly exitCode?: true;
  readonly plain?: true;
  /** Each `table.old=new`. */
  readonly rename?: readonly string[];
  readonly owners: boolean;
  readonly privileges: boolean;
  readonly scratchUrl?: string;
}

/** Its status is 2 where the sides differ and that was asked for. */
export async function diffCommand(
  terminal: Terminal,
  shared: SharedOptions,
  [from, to]: readonly [from: string, to: string],
  options: DiffCommandOptions,
): Promise<Report> {
  const { folder } = terminal;
  const given = (options.rename ?? []).map(parseRename);
  const sides = await readSides(parseSide(from, 'from', folder), parseSide(to, 'to', folder), {
    folder,
    scratchUrl: options.scratchUrl,
    cacheFolder: cacheFolderOf(terminal),
    ...projectOf(terminal, shared),
  });
  const settings: DiffOptions = {
    ...sides.options,
    owners: sides.options.owners === true && options.owners,
    privileges: options.privileges,
    plain: options.plain === true,
  };
  const renames = await askForRenames(terminal, sides, given);
  const plan = diff(sides.from, sides.to, { ...settings, renames });
  const differs = plan.changes.length > 0 || plan.statements.length > 0;
  return {
    data: { ...plan, notes: sides.notes },
    print: (to) => printSql(to, plan, sides),
    status: differs && options.exitCode === true ? 2 : 0,
  };
}

/** Read once, and only when somebody asks. */
function projectOf(terminal: Terminal, shared: SharedOptions) {
  let opened: Promise<SidesProject> | undefined;
  const project = (): Promise<SidesProject> => {
    opened ??= openProject(terminal, shared);
    return opened;
  };
  const projectIfAny = async (): Promise<SidesProject | undefined> => {
    try {
      return await project();
    } catch (error) {
      const isThere = shared.config !== undefined;
      if (isPlinthError(error, 'CONFIG_NOT_FOUND') && !isThere) return undefined;
      throw error;
    }
  };
  return { project, projectIfAny };
}

function printSql(terminal: Terminal, plan: Plan, { notes }: ReadSides): void {
  printNotes(terminal, notes);
  for (const side of ['from', 'to'] as const) {
    printUnmodelled(terminal, plan.unmodelled[side], side);
  }
  const sql = renderPlan(plan).trimEnd();
  if (sql !== '') terminal.out(sql);
}
