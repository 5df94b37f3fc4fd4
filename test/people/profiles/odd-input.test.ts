/** Whatever is asked of the lists of people and streams is refused or finds nothing; it breaks none of them. */
import { expect, test } from 'vitest';
import { asViewer } from '#test/support/users';

const ODD = {
  NUL: '%00',
  'half a character': '%ED%A0%80',
  'broken UTF-8': '%FF%FE',
  'a bidirectional override': '%E2%80%AE',
  'a mark from right to left': '%E2%80%8F',
  'an emoji': '%F0%9F%98%80',
  quotes: '%22%27%27--',
  'a percent sign': '%25',
  '10,000 characters': 'x'.repeat(10_000),
} as const;

const PLACES = [
  'sessions?creatorId=',
  'sessions?status=',
  'sessions?sort=',
  'stream/live?sort=',
  'viewer/live?page=',
  'viewer/search?q=jazz&status=',
  'viewer/following?page=',
  'viewer/recommended?perPage=',
  'stream/recommended?unknown=',
  'users?role=',
  'social/creators?category=',
  'social/creators?sort=',
  'search?q=jazz&type=',
  'search?q=jazz&type=users&cursor=',
  'stream/',
  'viewer/stream/',
  'users/',
  'social/creator/',
  'social/follow/',
  'social/followers/',
  'social/following/',
] as const;

test.each(Object.entries(ODD))('%s in any parameter is refused or finds nothing', async (_, text) => {
  const reader = await asViewer();
  for (const place of PLACES) {
    const { status, data, error } = await reader.get(`${place}${text}`);
    const nothing = status === 200 && data.items.length === 0;
    const refused = [400, 404, 422].includes(status);
    expect(nothing || refused, `${place}: ${status} ${error?.code}`).toBe(true);
  }
});

test.each([
  'page=0',
  'page=-1',
  'page=1e9',
  'page=10001',
  'perPage=0',
  'perPage=-5',
  'perPage=1e9',
  'perPage=',
  'unknown=1',
])('%s is refused by every list that has pages', async (query) => {
  const reader = await asViewer();
  const lists = ['stream/live', 'viewer/live', 'stream/recommended', 'viewer/recommended', 'viewer/following'];
  for (const list of [...lists, 'sessions', 'users', 'social/creators', `users/${reader.userId}/sessions`])
    expect((await reader.get(`${list}?${query}`)).status, list).toBe(422);
});
