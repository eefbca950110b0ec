// Every command: its name, its line in the help, and where its declaration is. Only the one that is
// called is loaded.

import type { Declaration } from './declaration.js';

export interface CommandEntry {
  readonly name: string;
  readonly group: string;
  /** One line, in the help of all commands. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly declaration: Declaration }>;
}

const START = 'Start a project:';
const WRITE = 'Write revisions:';
const LOOK = 'Look at the history:';
const CHANGE = 'Change a database:';
const CHECK = 'Check:';
const HELP = 'Find help:';

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'init',
    group: START,
    summary: 'start a project in this folder',
    load: () => import('./init.js'),
  },
  {
    name: 'list-templates',
    group: START,
    summary: 'list what a project can be started from',
    load: () => import('./list-templates.js'),
  },
  {
    name: 'completion',
    group: START,
    summary: 'print a script for tab completion',
    load: () => import('./completion.js'),
  },
  {
    name: 'revision',
    group: WRITE,
    summary: 'write a new revision file, empty or from changed models',
    load: () => import('./revision.js'),
  },
  {
    name: 'merge',
    group: WRITE,
    summary: 'join branches, and prove that their order does not matter',
    load: () => import('./merge.js'),
  },
  {
    name: 'edit',
    group: WRITE,
    summary: 'open a revision file in an editor',
    load: () => import('./edit.js'),
  },
  {
    name: 'history',
    group: LOOK,
    summary: 'list the revisions, newest first, or draw them as a tree',
    load: () => import('./history.js'),
  },
  {
    name: 'heads',
    group: LOOK,
    summary: 'list where the history ends',
    load: () => import('./heads.js'),
  },
  {
    name: 'branches',
    group: LOOK,
    summary: 'list where the history branches',
    load: () => import('./branches.js'),
  },
  {
    name: 'show',
    group: LOOK,
    summary: 'show all that is known of a revision',
    load: () => import('./show.js'),
  },
  {
    name: 'upgrade',
    group: CHANGE,
    summary: 'apply revisions',
    load: () => import('./upgrade.js'),
  },
  {
    name: 'downgrade',
    group: CHANGE,
    summary: 'undo revisions',
    load: () => import('./downgrade.js'),
  },
  {
    name: 'stamp',
    group: CHANGE,
    summary: 'say that a database is at a revision, and run nothing',
    load: () => import('./stamp.js'),
  },
  {
    name: 'ensure-version',
    group: CHANGE,
    summary: 'create the ledger where there is none',
    load: () => import('./ensure-version.js'),
  },
  {
    name: 'keys',
    group: CHANGE,
    summary: 'make, look at and rotate the keys of encrypted columns',
    load: () => import('./keys.js'),
  },
  {
    name: 'retention',
    group: CHANGE,
    summary: 'remove the rows whose time is up, or show them',
    load: () => import('./retention.js'),
  },
  {
    name: 'current',
    group: CHECK,
    summary: 'show where a database is',
    load: () => import('./current.js'),
  },
  {
    name: 'check',
    group: CHECK,
    summary: 'compare the models, the revisions and a database',
    load: () => import('./check.js'),
  },
  {
    name: 'diff',
    group: CHECK,
    summary: 'print the SQL that turns one schema into another',
    load: () => import('./diff.js'),
  },
  {
    name: 'audit',
    group: CHECK,
    summary: 'find audit rows that were changed, removed or inserted',
    load: () => import('./audit.js'),
  },
  {
    name: 'isolation',
    group: CHECK,
    summary: 'prove that tenants cannot reach each other',
    load: () => import('./isolation.js'),
  },
  {
    name: 'verify',
    group: CHECK,
    summary: 'check the project and its database, and say what to do',
    load: () => import('./verify.js'),
  },
  {
    name: 'version',
    group: HELP,
    summary: 'print the version of Plinth',
    load: () => import('./version.js'),
  },
];
