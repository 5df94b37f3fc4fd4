import { describe, expect, it } from 'vitest';
import { MENTIONS_MAX, mentionsIn } from '@/room/mentions';

const known = new Set(['alice', 'bob_2']);
const namesIn = (text: string) =>
  mentionsIn(text, (name) => (known.has(name) ? name : undefined)).map(({ start, end, userId }) => {
    expect(text.slice(start, end).toLowerCase()).toBe(`@${userId}`);
    return userId;
  });

describe('a mention', () => {
  it.each([
    '@alice',
    'Hi @Alice!',
    '(@alice)',
    'thanks,@ALICE.',
    '👋@alice',
    '你好@alice你好',
    '@alice: hi',
    '“@alice”',
    "@alice's",
  ])('is found in %s', (text) => {
    expect(namesIn(text)).toEqual(['alice']);
  });

  it.each([
    'me@alice',
    'mail me@alice.org',
    'first.last@alice',
    '@alice.org',
    '@alice@example.org',
    'https://example.org/@alice',
    'see https://example.org/?by=x,@alice',
    'www.example.org/(@alice)',
    '@alice2',
    '@alicé',
    'é@alice',
    '@@alice',
    '@al',
    'alice',
  ])('is not found in %s', (text) => {
    expect(namesIn(text)).toEqual([]);
  });

  it('is found as often as it stands there, up to a limit', () => {
    expect(namesIn('@alice @bob_2 @alice')).toEqual(['alice', 'bob_2', 'alice']);
    expect(namesIn('@alice '.repeat(50))).toHaveLength(MENTIONS_MAX);
  });
});
