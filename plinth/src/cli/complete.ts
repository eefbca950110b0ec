// What may come next on a command line, for the scripts of `plinth completion`. It runs no command
// and no configuration, and opens no database.

import type { Argument, Command, Option } from 'commander';
import { buildProgram } from './build-program.js';
import { glanceAtRevisions, type RevisionGlance } from './glance-at-revisions.js';
import type { Terminal } from './terminal.js';

/** A word that may stand there, and what it means. */
export type Candidate = readonly [word: string, means: string];

/**
 * @param words Those behind `plinth`; the last one is being typed, and may be empty.
 * @returns Only words that begin with what is typed.
 */
export async function complete(
  words: readonly string[],
  terminal: Terminal,
): Promise<readonly Candidate[]> {
  const { program, declare } = buildProgram(terminal, async () => undefined);
  const typed = words.at(-1) ?? '';
  const place = await readWords(words.slice(0, -1), program, declare);
  const found = candidatesAt(place, typed, (config) => glanceAtRevisions(terminal.folder, config));
  return found.filter(([word]) => word.startsWith(typed));
}

/** Where on a command line the word stands that is being typed. */
interface Place {
  readonly program: Command;
  readonly command: Command;
  /** The option whose value it is. */
  readonly option: Option | undefined;
  /** How many arguments of the command stand before it. */
  readonly operands: number;
  readonly config: string | undefined;
  /** Whether `--` stands before it. */
  readonly isLiteral: boolean;
}

async function readWords(
  words: readonly string[],
  program: Command,
  declare: (command: Command) => Promise<void>,
): Promise<Place> {
  let place: Place = {
    program,
    command: program,
    option: undefined,
    operands: 0,
    config: undefined,
    isLiteral: false,
  };
  for (const word of words) {
    const { command, option, isLiteral, operands } = place;
    if (option !== undefined) {
      const config = option.attributeName() === 'config' ? word : place.config;
      place = { ...place, option: undefined, config };
    } else if (!isLiteral && word === '--') {
      place = { ...place, isLiteral: true };
    } else if (!isLiteral && isOption(word)) {
      place = { ...place, option: takesValue(optionCalled(command, word)) };
    } else if (command === program) {
      const called = program.commands.find((known) => known.name() === word);
      if (called !== undefined) await declare(called);
      place = called === undefined ? { ...place, operands: 1 } : { ...place, command: called };
    } else {
      place = { ...place, operands: operands + 1 };
    }
  }
  return place;
}

type Glance = (config: string | undefined) => readonly RevisionGlance[];

function candidatesAt(place: Place, typed: string, glance: Glance): readonly Candidate[] {
  const { program, command, option, operands, config, isLiteral } = place;
  const revisions = () => glance(config);
  if (option !== undefined) return valuesOf(option, option.flags, typed, command, revisions);
  const [, flag = '', value] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? [];
  if (value !== undefined) {
    const named = takesValue(optionCalled(command, flag));
    const values = named && valuesOf(named, named.flags, value, command, revisions);
    return (values ?? []).map(([word, means]) => [`${flag}=${word}`, means]);
  }
  const options = isLiteral ? [] : optionsOf(command);
  if (typed.startsWith('-') && !/^-\d*$/.test(typed)) return options;
  if (command !== program) {
    const { registeredArguments } = command;
    const last = registeredArguments.at(-1);
    const argument = registeredArguments[operands] ?? (last?.variadic ? last : undefined);
    const values =
      argument && valuesOf(argument, `<${argument.name()}>`, typed, command, revisions);
    return [...(values ?? []), ...(typed === '-' ? options : [])];
  }
  return operands > 0 ? [] : [...commandsOf(program), ...(typed === '-' ? options : [])];
}

function isOption(word: string): boolean {
  return /^-[^\d]/.test(word);
}

function optionCalled(command: Command, word: string): Option | undefined {
  return command.options.find(({ short, long }) => word === short || word === long);
}

/** The option, where the next word is its value. */
function takesValue(option: Option | undefined): Option | undefined {
  return option?.required === true ? option : undefined;
}

function optionsOf(command: Command): readonly Candidate[] {
  return command.options.flatMap(({ long, short, description }): Candidate[] => {
    const name = long ?? short;
    return name == null ? [] : [[name, description]];
  });
}

function commandsOf(program: Command): readonly Candidate[] {
  return program.commands.map((command) => [command.name(), command.summary()]);
}

/** @param flags As it is declared: what stands in `<…>` says what kind of value it is. */
function valuesOf(
  { argChoices }: Pick<Option | Argument, 'argChoices'>,
  flags: string,
  typed: string,
  command: Command,
  revisions: () => readonly RevisionGlance[],
): readonly Candidate[] {
  if (argChoices !== undefined) return argChoices.map((choice) => [choice, '']);
  if (flags === '<command>') {
    return command.parent === null ? [] : commandsOf(command.parent);
  }
  if (!/<(?:revision|range)/.test(flags)) return [];
  return identifiers(typed, command.name(), revisions());
}

const STEPS: Readonly<Record<string, Candidate>> = {
  upgrade: ['+1', 'the next one'],
  downgrade: ['-1', 'the latest one'],
};

/** What can be typed for a revision, behind a `label@` or a colon too. */
function identifiers(
  typed: string,
  command: string,
  revisions: readonly RevisionGlance[],
): readonly Candidate[] {
  const [before = ''] = /^.*[:@]/s.exec(typed) ?? [];
  const steps = STEPS[command];
  const labels = revisions.flatMap(({ branchLabels }) => branchLabels);
  const words: readonly Candidate[] = [
    ...(steps === undefined || before !== '' ? [] : [steps]),
    ['head', 'the end of the history'],
    ['heads', 'every end of the history'],
    ['base', 'before the first revision'],
    ['current', 'where the database is'],
    ...labels.map((label): Candidate => [`${label}@head`, 'the end of a branch']),
    ...revisions.map(({ id, message }): Candidate => [id, message]),
  ];
  return words.map(([word, means]) => [`${before}${word}`, means]);
}
