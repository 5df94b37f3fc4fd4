import { expect, it } from 'vitest';
import { withoutRepeats } from '@/domains/people/djs/genres';

it.each([
  [[], []],
  [['House', 'house', 'HOUSE'], ['House']],
  [
    ['Drum  &\u00a0Bass', 'drum & bass', 'Techno'],
    ['Drum & Bass', 'Techno'],
  ],
  [['Ｄｕｂ', 'dub'], ['Ｄｕｂ']],
  [['Forró', 'Forro\u0301'], ['Forró']],
])('the genres %j become %j', (given, kept) => {
  expect(withoutRepeats(given)).toEqual(kept);
});
