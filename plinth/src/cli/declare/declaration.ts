// How a command says what it takes. A declaration knows its options and loads the work of its
// command when that is called; completion and help read it and run nothing.

import type { Command } from 'commander';
import type { Report } from '../report.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

/** Does the work of a command, and shows what it reports in the way that was asked for. */
export type Act = (
  work: (terminal: Terminal, shared: SharedOptions) => Promise<Report>,
) => Promise<void>;

/** Gives a command its arguments, options, help and action. */
export type Declaration = (command: Command, act: Act) => void;
