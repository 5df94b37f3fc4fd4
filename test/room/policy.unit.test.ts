import { describe, expect, it } from 'vitest';
import { aUser, openPolicy } from '#test/support/room-people';
import type { Relation } from '@/contracts/room';
import type { RoomPolicy, RoomStatus } from '@/contracts/room-command';
import { badgesOf, type History, judge, rulesOf } from '@/room/policy';
import { needsReread } from '@/room/relations';

const NOW = 1_000_000;
const quiet: History = {
  lastAt: null,
  recent: [],
  hasWritten: false,
  bannedBy: null,
  timedOutUntil: null,
  reason: null,
  caughtUpAt: 0,
};

function codeOf({
  policy = {},
  standing = {},
  text = 'hello',
  history = {},
  status = 'live',
}: {
  policy?: Partial<RoomPolicy>;
  standing?: Partial<Relation>;
  text?: string;
  history?: Partial<History>;
  status?: RoomStatus;
}): string {
  const verdict = judge(
    rulesOf({ ...openPolicy, ...policy }, status),
    aUser(standing),
    text,
    { ...quiet, ...history },
    NOW,
  );
  return verdict.ok ? 'ok' : verdict.code;
}

describe('judge', () => {
  it.each([
    ['an ended room', { status: 'ended' as const }, 'ROOM_CLOSED'],
    ['a cancelled room', { status: 'cancelled' as const }, 'ROOM_CLOSED'],
    ['a room before its show', { status: 'scheduled' as const }, 'ok'],
    ['a ban', { history: { bannedBy: 'x' } }, 'BANNED'],
    ['a time-out that runs', { history: { timedOutUntil: NOW + 1 } }, 'TIMED_OUT'],
    ['a time-out that is over', { history: { timedOutUntil: NOW } }, 'ok'],
    [
      'a chat that is off, even for the creator',
      { policy: { chatEnabled: false }, standing: { creator: true } },
      'CHAT_DISABLED',
    ],
    ['followers only', { policy: { followersOnly: true } }, 'FOLLOWERS_ONLY'],
    ['followers only, for a follower', { policy: { followersOnly: true }, standing: { follower: true } }, 'ok'],
    ['followers only, for a subscriber', { policy: { followersOnly: true }, standing: { subscriber: true } }, 'ok'],
    ['followers only, for a moderator', { policy: { followersOnly: true }, standing: { moderator: true } }, 'ok'],
    ['subscribers only', { policy: { subscribersOnly: true }, standing: { follower: true } }, 'SUBSCRIBERS_ONLY'],
    ['subscribers only, for one', { policy: { subscribersOnly: true }, standing: { subscriber: true } }, 'ok'],
    ['slow mode', { policy: { slowModeSeconds: 5 }, history: { lastAt: NOW - 4_999 } }, 'SLOW_MODE'],
    ['slow mode, waited out', { policy: { slowModeSeconds: 5 }, history: { lastAt: NOW - 5_000 } }, 'ok'],
    [
      'slow mode, for staff',
      { policy: { slowModeSeconds: 5 }, history: { lastAt: NOW }, standing: { rank: 'support' as const } },
      'ok',
    ],
    [
      'the same with other blanks',
      { text: ' Hel\u200blo \u2800 you\u200b', history: { recent: [{ at: NOW - 1_000, folded: 'hello you' }] } },
      'DUPLICATE_MESSAGE',
    ],
    ['the same again', { history: { recent: [{ at: NOW - 29_999, folded: 'hello' }] } }, 'DUPLICATE_MESSAGE'],
    [
      'the same again with something between',
      {
        text: 'HÉLLΟ',
        history: {
          recent: [
            { at: NOW - 20_000, folded: 'hello' },
            { at: NOW - 10_000, folded: 'other' },
          ],
        },
      },
      'DUPLICATE_MESSAGE',
    ],
    ['the same later', { history: { recent: [{ at: NOW - 30_000, folded: 'hello' }] } }, 'ok'],
    ['emotes only', { policy: { emotesOnly: true } }, 'EMOTES_ONLY'],
    ['emotes only, an emoji', { policy: { emotesOnly: true }, text: '👋🏽 🏳️‍🌈' }, 'ok'],
    ['emotes only, for a moderator', { policy: { emotesOnly: true }, standing: { moderator: true } }, 'ok'],
    [
      'links for moderators',
      { policy: { links: 'moderators' as const }, text: 'see example.com' },
      'LINKS_NOT_ALLOWED',
    ],
    [
      'links for moderators, by one',
      { policy: { links: 'moderators' as const }, text: 'see example.com', standing: { moderator: true } },
      'ok',
    ],
    ['no link where only moderators post links', { policy: { links: 'moderators' as const } }, 'ok'],
    ['an age of the follow, for a stranger', { policy: { minFollowMinutes: 1 } }, 'FOLLOWERS_ONLY'],
    [
      'an age of the follow that is not reached',
      { policy: { minFollowMinutes: 1 }, standing: { follower: true, followedAt: NOW - 59_999 } },
      'FOLLOW_TOO_NEW',
    ],
    [
      'an age of the follow that is reached',
      { policy: { minFollowMinutes: 1 }, standing: { follower: true, followedAt: NOW - 60_000 } },
      'ok',
    ],
    [
      'an age of the follow, for a pass of the previous version',
      { policy: { minFollowMinutes: 1 }, standing: { follower: true } },
      'FOLLOW_TOO_NEW',
    ],
    [
      'an age of the follow, for a subscriber',
      { policy: { minFollowMinutes: 1 }, standing: { subscriber: true } },
      'ok',
    ],
    [
      'an age of the account that is not reached',
      { policy: { minAccountHours: 1 }, standing: { registeredAt: NOW - 3_599_999 } },
      'ACCOUNT_TOO_NEW',
    ],
    [
      'an age of the account that is reached',
      { policy: { minAccountHours: 1 }, standing: { registeredAt: NOW - 3_600_000 } },
      'ok',
    ],
    [
      'an age of the account, for the creator',
      { policy: { minAccountHours: 1 }, standing: { creator: true, registeredAt: NOW } },
      'ok',
    ],
    ['eleven lines', { text: 'line\n'.repeat(11) }, 'MESSAGE_INVALID'],
    ['eleven lines, for the creator', { text: 'line\r'.repeat(11), standing: { creator: true } }, 'MESSAGE_INVALID'],
    ['ten lines among blank ones at the ends', { text: `\n\u200b\n${'line\r\n'.repeat(10)}\u2028 \u200b` }, 'ok'],
    ['five lines with many blank ones between', { text: 'line\n\n \n\u200b\n\n'.repeat(5) }, 'ok'],
    ['six lines with many blank ones between', { text: 'line\n\n \n\u200b\n\n'.repeat(6) }, 'MESSAGE_INVALID'],
  ])('%s: %s', (_, given, code) => {
    expect(codeOf(given)).toBe(code);
  });

  it.each([
    ['a word', ['spam'], 'no SPAM here', 'BLOCKED_WORDS'],
    ['a word with diacritics and case', ['Café'], 'CAFE!', 'BLOCKED_WORDS'],
    ['a word in compatibility letters', ['spam'], 'ｓｐａｍ', 'BLOCKED_WORDS'],
    ['a part of a longer word', ['ass'], 'a class act', 'ok'],
    ['a phrase, however it is spaced', ['buy now'], 'Buy,   NOW', 'BLOCKED_WORDS'],
    ['half a phrase', ['buy now'], 'buy it now', 'ok'],
    ['an emoji', ['💩'], 'what a💩', 'BLOCKED_WORDS'],
    ['a word of a script without spaces', ['悪い'], 'とても悪いです', 'BLOCKED_WORDS'],
    ['nothing but spaces as a word', ['  '], 'hello there', 'ok'],
  ])('blocks %s', (_, blockedWords, text, code) => {
    expect(codeOf({ policy: { blockedWords }, text })).toBe(code);
  });

  it('says how long to wait', () => {
    const rules = rulesOf({ ...openPolicy, slowModeSeconds: 10 }, 'live');
    expect(judge(rules, aUser(), 'hi', { ...quiet, lastAt: NOW - 4_000 }, NOW)).toMatchObject({ retryAfterMs: 6_000 });
  });

  it.each([
    ['a held word', { heldWords: ['maybe'] }, 'well, MAYBE', {}, 'blocked-words'],
    ['a held word by pattern', { heldWords: ['may*'] }, 'maybe', {}, 'blocked-words'],
    ['a link', { links: 'hold' as const }, 'see example.com', {}, 'link'],
    ['a first message', { holdFirstMessages: true }, 'hello', {}, 'first-message'],
    ['a first message after one in an earlier stream', { holdFirstMessages: true }, 'hi', { hasWritten: true }, null],
    ['a first message by a moderator', { holdFirstMessages: true }, 'hello', { moderator: true }, null],
    ['nothing', { heldWords: ['maybe'], links: 'hold' as const }, 'hello', {}, null],
  ])('holds %s', (_, policy, text, standing, held) => {
    const rules = rulesOf({ ...openPolicy, chatDelaySeconds: 5, ...policy }, 'live');
    expect(judge(rules, aUser(standing), text, quiet, NOW)).toMatchObject({ ok: true, held });
  });

  it('refuses a message with a refused word, also if it has a held one', () => {
    const rules = rulesOf({ ...openPolicy, blockedWords: ['spam'], heldWords: ['maybe'] }, 'live');
    expect(judge(rules, aUser(), 'maybe spam', quiet, NOW)).toMatchObject({ code: 'BLOCKED_WORDS' });
  });

  it('says how long a follow or an account is too new', () => {
    const young = aUser({ follower: true, followedAt: NOW - 1_000, registeredAt: NOW - 2_000 });
    const byFollow = rulesOf({ ...openPolicy, minFollowMinutes: 1 }, 'live');
    expect(judge(byFollow, young, 'hi', quiet, NOW)).toMatchObject({ code: 'FOLLOW_TOO_NEW', retryAfterMs: 59_000 });
    const byAccount = rulesOf({ ...openPolicy, minAccountHours: 1 }, 'live');
    expect(judge(byAccount, young, 'hi', quiet, NOW)).toMatchObject({ retryAfterMs: 3_598_000 });
  });

  it('folds blank lines into one', () => {
    const rules = rulesOf(openPolicy, 'live');
    const verdict = judge(rules, aUser(), '\u200b\na\r\n \u200b\r\n\r\nb\u2029c\n\n', quiet, NOW);
    expect(verdict).toMatchObject({ text: 'a\n\nb\nc' });
  });

  it('delays viewers and not those who keep order', () => {
    const rules = rulesOf({ ...openPolicy, chatDelaySeconds: 5 }, 'live');
    expect(judge(rules, aUser(), 'hi', quiet, NOW)).toMatchObject({ delayMs: 5_000 });
    expect(judge(rules, aUser({ moderator: true }), 'hi', quiet, NOW)).toMatchObject({ delayMs: 0 });
  });
});

describe('needsReread', () => {
  it.each([
    ['a refusal by an old standing', { followersOnly: true }, { readAt: NOW - 10_000 }, true],
    ['a refusal by a fresh standing', { followersOnly: true }, { readAt: NOW - 9_999 }, false],
    ['a leave that hangs on an old standing', { followersOnly: true }, { follower: true, readAt: NOW - 60_000 }, true],
    [
      'a leave that hangs on a standing of a minute',
      { followersOnly: true },
      { follower: true, readAt: NOW - 59_999 },
      false,
    ],
    ['a leave that anybody would have', {}, { follower: true, readAt: 0 }, false],
    ['an old moderator past the delay', { chatDelaySeconds: 5 }, { moderator: true, readAt: 0 }, true],
  ])('%s', (_, policy, standing, expected) => {
    const rules = rulesOf({ ...openPolicy, ...policy }, 'live');
    const user = aUser(standing);
    const given = { rules, user, text: 'hi', history: quiet, now: NOW };
    expect(needsReread(judge(rules, user, 'hi', quiet, NOW), given)).toBe(expected);
  });
});

it('badges say what a user is', () => {
  expect(badgesOf(aUser({ creator: true, subscriber: true }))).toEqual(['creator']);
  expect(badgesOf(aUser({ moderator: true, rank: 'admin_l1', subscriber: true }))).toEqual([
    'moderator',
    'staff',
    'subscriber',
  ]);
});
