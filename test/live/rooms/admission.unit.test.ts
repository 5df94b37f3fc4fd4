import { expect, test } from 'vitest';
import { aUser } from '#test/support/room-people';
import type { Relation } from '@/contracts/room';
import { mayStay, staysAsStaff } from '@/domains/live/rooms/admission';

const as = (standing: Partial<Relation>, denied: 'gone' | 'blocked' | 'banned' | null = null) => ({
  user: aUser(standing),
  denied,
});

test.each([
  ['a guest', undefined, [null, 'FOLLOWERS_ONLY', 'SUBSCRIBERS_ONLY', 'STREAM_NOT_FOUND']],
  ['a stranger', as({}), [null, 'FOLLOWERS_ONLY', 'SUBSCRIBERS_ONLY', 'STREAM_NOT_FOUND']],
  ['a follower', as({ follower: true }), [null, null, 'SUBSCRIBERS_ONLY', 'STREAM_NOT_FOUND']],
  ['a moderator', as({ moderator: true }), [null, null, null, 'STREAM_NOT_FOUND']],
  ['the creator', as({ creator: true }), [null, null, null, null]],
  ['support', as({ rank: 'support' }), [null, 'FOLLOWERS_ONLY', 'SUBSCRIBERS_ONLY', 'STREAM_NOT_FOUND']],
  ['staff who oversee rooms', as({ rank: 'admin_l1', oversees: true }), [null, null, null, null]],
  ['the banned', as({ follower: true }, 'banned'), ['BANNED', 'BANNED', 'BANNED', 'BANNED']],
  [
    'staff who are banned and oversee rooms',
    as({ rank: 'admin_l1', oversees: true }, 'banned'),
    [null, null, null, null],
  ],
  [
    'an account that is gone',
    as({ rank: 'admin_l1', oversees: true }, 'gone'),
    ['STREAM_NOT_FOUND', 'STREAM_NOT_FOUND', 'STREAM_NOT_FOUND', 'STREAM_NOT_FOUND'],
  ],
] as const)('%s may stay exactly if they could enter', (_, person, expected) => {
  const doors = ['public', 'followers', 'subscribers', 'private'] as const;
  expect(doors.map((visibility) => mayStay({ visibility }, person))).toEqual(expected);
});

test('staff stay by their permission only if they could not stay as viewers', () => {
  const overseer = { rank: 'admin_l1', oversees: true } as const;
  expect(staysAsStaff({ visibility: 'private' }, as(overseer))).toBe(true);
  expect(staysAsStaff({ visibility: 'public' }, as(overseer))).toBe(false);
  expect(staysAsStaff({ visibility: 'public' }, as(overseer, 'blocked'))).toBe(true);
  expect(staysAsStaff({ visibility: 'followers' }, as({ ...overseer, follower: true }))).toBe(false);
  expect(staysAsStaff({ visibility: 'private' }, as({ rank: 'support' }))).toBe(false);
});

test.each([
  ['a guest', undefined, 'STREAM_NOT_FOUND'],
  ['a stranger', as({}), 'STREAM_NOT_FOUND'],
  ['its user', as({ creator: true }), null],
  ['staff who may answer', as({ moderator: true, rank: 'support' }), null],
  ['staff who only oversee rooms', as({ rank: 'admin_l1', oversees: true }), 'STREAM_NOT_FOUND'],
  ['its user, once banned or deleted', as({ creator: true }, 'gone'), 'STREAM_NOT_FOUND'],
] as const)('%s may be in a support room, or not', (_, person, expected) => {
  expect(mayStay({ kind: 'support' }, person)).toBe(expected);
});
