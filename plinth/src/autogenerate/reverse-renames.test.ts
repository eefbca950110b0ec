// Renames the other way round.

import { describe, expect, it } from 'vitest';
import { reverseRenames } from './reverse-renames.js';

/** Each `object=to`. */
function renames(text: string) {
  return text.split(' ').map((one) => {
    const [object = '', to = ''] = one.split('=');
    return { object, to };
  });
}

describe('reverseRenames', () => {
  it.each([
    ['users=people', 'people=users'],
    ['users.mail=email', 'users.email=mail'],
    ['a=b c=d', 'b=a d=c'],
    ['users=people people.mail=email', 'people=users users.email=mail'],
    ['public.users=people people.mail=email', 'public.people=users public.users.email=mail'],
    ['users=people public.people.mail=email', 'people=users users.email=mail'],
    ['old=app app.users=people app.people.m=n', 'app=old old.people=users old.users.n=m'],
    ['"Order"=order', '"order"=Order'],
    ['a."x.y"=z', 'a.z=x.y'],
    ['a="b', '"""b"=a'],
  ])('%s becomes %s', (given, expected) => {
    expect(reverseRenames(renames(given))).toEqual(renames(expected));
  });
});
