/** Where a text shows emotes. */
import { describe, expect, it } from 'vitest';
import type { Emote } from '@/contracts/chat-message';
import { isOnlyEmotes, placeEmotes } from '@/room/emotes';

const emote = (name: string, subscribersOnly = false): [string, Emote] => [
  name,
  { id: `id-of-${name}`, name, url: `https://media.test/${name}`, subscribersOnly },
];
const EMOTES = new Map([emote('fish'), emote('Fish'), emote('subs', true), emote('a'.repeat(25))]);

const placed = (text: string, mayUseAll = false) =>
  placeEmotes(text, EMOTES, mayUseAll).map(({ name, start, end }) => [name, start, end, text.slice(start, end)]);

describe('placing emotes', () => {
  it.each([
    [':fish:', [['fish', 0, 6, ':fish:']]],
    [
      '👋🏽 :fish: :Fish:',
      [
        ['fish', 5, 11, ':fish:'],
        ['Fish', 12, 18, ':Fish:'],
      ],
    ],
    [
      ':fish::fish:',
      [
        ['fish', 0, 6, ':fish:'],
        ['fish', 6, 12, ':fish:'],
      ],
    ],
    [':cat:fish:', [['fish', 4, 10, ':fish:']]],
    [`:${'a'.repeat(25)}:`, [['a'.repeat(25), 0, 27, `:${'a'.repeat(25)}:`]]],
    ['fish', []],
    [':FISH:', []],
    [':fish', []],
    [': fish :', []],
    [':subs:', []],
  ])('finds those of "%s"', (text, expected) => {
    expect(placed(text)).toEqual(expected);
  });

  it('places those for subscribers for whoever may use them', () => {
    expect(placed(':subs: :fish:', true)).toEqual([
      ['subs', 0, 6, ':subs:'],
      ['fish', 7, 13, ':fish:'],
    ]);
  });

  it.each([
    [':fish:', true],
    [' :fish: 👋🏽\n❤️:Fish: ', true],
    ['👍', true],
    [':fish: hi', false],
    [':cat:', false],
    [':subs:', false],
    ['7', false],
    ['❤ ☺ 🏳\u200d🌈 1⃣ 😀\ufe0f', true],
    ['👨‍👩‍👧‍👦 🇩🇪 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿', true],
    ['👍 ok', false],
    ['# *', false],
  ])('says whether "%s" is nothing else', (text, isOnly) => {
    expect(isOnlyEmotes(text, placeEmotes(text, EMOTES, false))).toBe(isOnly);
  });

  it('says it at once of a whole message of emoji that can be read as one or as two', () => {
    expect(isOnlyEmotes('👍🏽'.repeat(250), [])).toBe(true);
    expect(isOnlyEmotes(`${'👍🏽'.repeat(249)}ok`, [])).toBe(false);
  });
});
