// What the judge of ledgers takes for a story, and what it does not.

import { describe, expect, it } from 'vitest';
import { type StoryEntry, storyFaults } from './crash-story.js';

/** `a started 1/2, a step 1/2`; `-a` is a downgrade. */
function story(text: string): readonly StoryEntry[] {
  return text.split(', ').map((line) => {
    const [name = '', state = '', place = ''] = line.split(' ');
    const [step = 0, steps = 0] = place.split('/').map(Number);
    const direction = name.startsWith('-') ? 'downgrade' : 'upgrade';
    return { revision: name.replace('-', ''), direction, state, step, steps };
  });
}

describe('storyFaults', () => {
  it.each([
    'a finished 1/1, b finished 1/1',
    'a step 1/3, a started 2/3, a step 2/3, a finished 3/3',
    'a started 1/2, a started 1/2, a step 1/2, a finished 2/2',
    'a step 1/0, a batch 2/0, a batch 2/0, a step 2/0, a finished 2/2',
    'a finished 1/1, -a finished 1/1, a finished 1/1',
    'a finished 0/0',
  ])('believes: %s', (text) => {
    expect(storyFaults(story(text))).toEqual([]);
  });

  it.each([
    ['a finished 1/1, a finished 1/1', 'it had finished'],
    ['a step 1/2, a step 1/2, a finished 2/2', 'step 2 was to come'],
    ['a step 1/3, a step 2/3, a started 2/3, a finished 3/3', 'step 3 was to come'],
    ['a step 1/0, a batch 2/0, a step 1/0, a step 2/0, a finished 2/2', 'step 2 was to come'],
    ['a batch 1/0, a step 1/0, a batch 1/0, a finished 1/1', 'step 2 was to come'],
    ['a step 1/0, a finished 3/3', 'step 2 was to come'],
    ['a step 1/2', 'never finished'],
    ['a started 1/1', 'never finished'],
    ['a step 1/2, b finished 1/1, a finished 2/2', 'a is half-way'],
    ['a step 1/2, -a finished 1/1', 'half-way in its upgrade'],
    ['a step 1/3, a finished 2/3', 'steps are left'],
    ['a step 1/1, a finished 1/1', 'it was the last one'],
    ['a ended 1/1', 'nobody knows this state'],
  ])('does not believe: %s', (text, fault) => {
    expect(storyFaults(story(text)).join('\n')).toContain(fault);
  });
});
