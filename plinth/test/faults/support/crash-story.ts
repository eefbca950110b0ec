// Whether a ledger tells a story that can be true. Pure; it reads no database.

/** An entry, as far as the story goes. */
export interface StoryEntry {
  readonly revision: string;
  readonly direction: 'upgrade' | 'downgrade';
  readonly state: string;
  readonly step: number;
  readonly steps: number;
}

interface Chapter {
  direction: StoryEntry['direction'];
  /** How many steps have ended. */
  done: number;
  isFinished: boolean;
}

/**
 * What is wrong with a ledger after everything has ended; nothing where each revision went through
 * its steps in order, each of them ended once, and none was begun after its end.
 */
export function storyFaults(entries: readonly StoryEntry[]): readonly string[] {
  const chapters = new Map<string, Chapter>();
  const faults: string[] = [];
  let open: string | undefined;
  for (const [index, entry] of entries.entries()) {
    const fault = (what: string) =>
      faults.push(
        `entry ${index + 1}, ${entry.direction} of ${entry.revision}, ` +
          `${entry.state} ${entry.step}/${entry.steps}: ${what}`,
      );
    if (open !== undefined && open !== entry.revision) fault(`${open} is half-way`);
    const chapter = chapterOf(chapters, entry);
    if (chapter.direction !== entry.direction) fault(`half-way in its ${chapter.direction}`);
    if (chapter.isFinished) fault('it had finished');
    readOn(chapter, entry, fault);
    open = chapter.isFinished ? undefined : entry.revision;
  }
  for (const [revision, chapter] of chapters) {
    if (!chapter.isFinished) faults.push(`the ${chapter.direction} of ${revision} never finished`);
  }
  return faults;
}

/** The same as before, or a new one when the revision now goes the other way. */
function chapterOf(chapters: Map<string, Chapter>, entry: StoryEntry): Chapter {
  const { revision, direction } = entry;
  const before = chapters.get(revision);
  const turnsBack = before?.isFinished === true && before.direction !== direction;
  if (before !== undefined && !turnsBack) return before;
  const chapter = { direction, done: 0, isFinished: false };
  chapters.set(revision, chapter);
  return chapter;
}

function readOn(chapter: Chapter, entry: StoryEntry, fault: (what: string) => void): void {
  const { state, step, steps } = entry;
  // A module that makes its steps itself tells their number, as 0 until then, when all have ended.
  const isOnlyEnd = state === 'finished' && chapter.done === steps;
  const next = isOnlyEnd ? steps : chapter.done + 1;
  if (step !== next && steps + step > 0) fault(`step ${next} was to come`);
  switch (state) {
    case 'started':
    case 'batch':
      return;
    case 'step':
      if (steps > 0 && step >= steps) fault('it was the last one');
      chapter.done = step;
      return;
    case 'finished':
      if (step !== steps) fault('steps are left');
      chapter.done = step;
      chapter.isFinished = true;
      return;
    default:
      fault('nobody knows this state');
  }
}
