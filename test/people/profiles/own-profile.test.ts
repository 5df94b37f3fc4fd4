import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { travel } from '#test/support/accounts';
import { client } from '#test/support/api';
import { bornYearsAgo } from '#test/support/birth-dates';
import { asCreator, asStaff, asUser, asViewer } from '#test/support/users';

const DOORS = [
  ['/user/profile', 'put'],
  ['/viewer/profile', 'patch'],
] as const;
const READS = ['user/profile', 'viewer/profile', 'viewer/me'];

const faultOf = (path: string) => ({ status: 422, error: { code: 'VALIDATION_FAILED', details: [{ path }] } });

describe('my profile', () => {
  it.each(READS)('is read at GET /%s, with private fields but no secrets', async (path) => {
    const viewer = await asViewer();
    const answer = await viewer.get(path);
    expect(answer.status).toBe(200);
    expect(answer.data).toMatchObject({
      id: viewer.userId,
      email: viewer.email,
      username: viewer.username,
      role: 'viewer',
      creatorStatus: 'NONE',
      verified: true,
      twoFactorEnabled: false,
      bio: '',
      gender: null,
      birthDate: null,
      country: null,
      links: [],
    });
    expect(Object.keys(answer.data).filter((key) => /totp|secret|hash|key/i.test(key))).toEqual([]);
  });

  it('includes the rank of staff', async () => {
    const staff = await asStaff('admin_l2');
    expect((await staff.get('viewer/me')).data.rank).toBe('admin_l2');
  });

  it.each(READS)('at GET /%s needs a session that has not ended', async (path) => {
    expect((await client().get(path)).status).toBe(401);
    const viewer = await asViewer();
    await viewer.post('auth/logout');
    expect(await viewer.get(path)).toMatchObject({ status: 401, error: { code: 'SESSION_ENDED' } });
  });
});

describe.each(DOORS)('a change at %s', (path, method) => {
  const door = path.slice(1);

  it('changes only the fields sent, and the other endpoint shows them', async () => {
    const viewer = await asViewer();
    const profile = {
      displayName: 'Ada Lovelace',
      bio: 'First line\nsecond line',
      gender: 'non-binary',
      birthDate: '1990-02-28',
      country: 'GB',
      links: [{ label: 'My site', url: 'https://ada.example.com/a?b=c#d' }],
    };
    expect(await viewer[method](door, profile)).toMatchObject({ status: 200, data: profile });
    expect((await viewer[method](door, { bio: 'Only this' })).data).toMatchObject({ ...profile, bio: 'Only this' });
    for (const read of READS) expect((await viewer.get(read)).data).toMatchObject({ ...profile, bio: 'Only this' });
  });

  it('clears optional fields with null, and no others', async () => {
    const viewer = await asViewer();
    await viewer[method](door, {
      bio: 'x',
      gender: 'x',
      birthDate: '1990-01-01',
      country: 'DE',
      links: [{ label: 'x', url: 'https://example.com' }],
    });
    const cleared = await viewer[method](door, {
      bio: null,
      gender: null,
      birthDate: null,
      country: null,
      links: null,
    });
    expect(cleared.data).toMatchObject({ bio: '', gender: null, birthDate: null, country: null, links: [] });
    expect(await viewer[method](door, { displayName: null })).toMatchObject(faultOf('displayName'));
  });

  it('without fields does not even touch the time of the last change', async () => {
    const viewer = await asViewer();
    const before = (await viewer.get(door)).data;
    travel(60_000);
    expect((await viewer[method](door, {})).data).toEqual(before);
  });

  it('is refused without a token, and as a whole if one field is invalid', async () => {
    expect((await client()[method](door, { bio: 'x' })).status).toBe(401);
    const viewer = await asViewer();
    const refused = await viewer[method](door, { bio: 'Good', country: 'Atlantis' });
    expect(refused).toMatchObject(faultOf('country'));
    expect((await viewer.get(door)).data.bio).toBe('');
  });

  it.each([
    'id',
    'email',
    'username',
    'role',
    'rank',
    'creatorStatus',
    'status',
    'avatarUrl',
    'verified',
    'followerCount',
    'emailVerifiedAt',
    'totpEnabledAt',
    '__proto__x',
  ])('cannot set %s', async (field) => {
    const viewer = await asViewer();
    expect(await viewer[method](door, { [field]: 'owner' })).toMatchObject(faultOf(field));
  });
});

describe('a display name', () => {
  it.each([
    ['Japanese', '田中 さくら'],
    ['Arabic, from right to left', 'ليلى الفنانة'],
    ['Hebrew with vowel points', 'שָׁלוֹם'],
    ['mixed directions with a mark', 'Ali \u200f(علي)'],
    ['emoji of several code points', '👩‍👩‍👧‍👦 🏳️‍🌈 DJ'],
    ['a single emoji', '🎧'],
    ['Devanagari', 'नमस्ते'],
    ['50 characters outside of the basic plane', '🎵'.repeat(50)],
  ])('may be %s', async (_, displayName) => {
    const viewer = await asViewer();
    expect((await viewer.put('user/profile', { displayName })).data.displayName).toBe(displayName);
    expect((await client().get(`users/${viewer.userId}`)).data.displayName).toBe(displayName);
  });

  it('is trimmed', async () => {
    const viewer = await asViewer();
    expect((await viewer.put('user/profile', { displayName: ' \u3000Ada ' })).data.displayName).toBe('Ada');
  });

  it.each([
    ['empty', ''],
    ['spaces', '   '],
    ['spaces without width', '\u200b\u200d\u2060'],
    ['Hangul and Braille blanks', '\u3164\u2800'],
    ['marks on nothing', '\u0301\u0301'],
    ['two lines', 'a\nb'],
    ['a tab', 'a\tb'],
    ['a line separator', 'a\u2028b'],
    ['a null', 'a\u0000b'],
    ['an escape', '\u001b[31mred'],
    ['an override of direction', 'gnp.\u202exe'],
    ['an isolate', 'a\u2066b'],
    ['51 characters', 'a'.repeat(51)],
    ['a half of a pair', 'a\ud800b'],
    ['a number', 7],
    ['a list', ['a']],
  ])('is not %s', async (_, displayName) => {
    const viewer = await asViewer();
    expect(await viewer.put('user/profile', { displayName })).toMatchObject(faultOf('displayName'));
  });
});

describe('a birth date', () => {
  it('may make its user 13 today', async () => {
    const viewer = await asViewer();
    expect((await viewer.put('user/profile', { birthDate: bornYearsAgo(13) })).status).toBe(200);
  });

  it.each([
    bornYearsAgo(13, 1),
    bornYearsAgo(0),
    bornYearsAgo(-1),
    '1899-12-31',
    '2001-02-29',
    '2001-13-01',
    '01.02.2001',
    'x',
    5,
  ])('is not %s', async (birthDate) => {
    const viewer = await asViewer();
    expect(await viewer.put('user/profile', { birthDate })).toMatchObject(faultOf('birthDate'));
  });
});

describe('a link', () => {
  const put = async (links: unknown) => (await asViewer()).put('user/profile', { links });

  it('is accepted up to the fifth', async () => {
    const links = Array.from({ length: 5 }, (_, n) => ({ label: `Link ${n} 🎵`, url: `https://example.com/${n}` }));
    expect((await put(links)).data.links).toEqual(links);
    expect((await put([...links, { label: 'One more', url: 'https://example.com' }])).status).toBe(422);
  });

  it.each([
    'http://example.com',
    'javascript:alert(1)',
    'https:javascript',
    'data:text/html,x',
    'https://google.com@evil.example.com',
    'https://:x@example.com',
    'https://localhost/x',
    'https://127.0.0.1/x',
    'https://[::1]/x',
    'https://example.com/a b',
    'https://exam\nple.com',
    'https:\\\\example.com',
    '//example.com',
    'example.com',
    `https://example.com/${'a'.repeat(2_000)}`,
    '',
    null,
  ])('is refused if it leads to %s', async (url) => {
    expect(await put([{ label: 'x', url }])).toMatchObject(faultOf('links.0.url'));
  });

  it('has a readable label, and no other fields', async () => {
    const url = 'https://example.com';
    expect(await put([{ url }])).toMatchObject(faultOf('links.0.label'));
    expect(await put([{ label: '\u200b', url }])).toMatchObject(faultOf('links.0.label'));
    expect(await put([{ label: 'a'.repeat(41), url }])).toMatchObject(faultOf('links.0.label'));
    expect(await put([{ label: 'x', url, target: '_top' }])).toMatchObject(faultOf('links.0.target'));
  });
});

describe('changes at once', () => {
  it('both apply to different fields, and one of them to the same field', async () => {
    const viewer = await asViewer();
    const bios = ['one', 'two', 'three'];
    const answers = await Promise.all([
      ...bios.map((bio) => viewer.put('user/profile', { bio })),
      viewer.patch('viewer/profile', { country: 'FR' }),
      viewer.patch('viewer/profile', { displayName: 'Ada' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const { data } = await viewer.get('user/profile');
    expect(data).toMatchObject({ country: 'FR', displayName: 'Ada' });
    expect(bios).toContain(data.bio);
  });

  it('are refused once the user is banned', async () => {
    const viewer = await asViewer();
    await env.DB.prepare(`UPDATE users SET status = 'banned' WHERE id = ?`).bind(viewer.userId).run();
    expect((await viewer.put('user/profile', { bio: 'x' })).error.code).toBe('ACCOUNT_BANNED');
  });
});

it("the bio of a creator's show is not the user's own bio", async () => {
  const creator = await asCreator();
  await creator.put('creator/profile', { bio: 'Of the show', categories: ['music'] });
  expect((await creator.get('user/profile')).data.bio).toBe('');
});

it('registration applies the same rules to display names', async () => {
  const { email, username } = { email: `n${Date.now()}@footlight.test`, username: `n${Date.now()}` };
  const body = { email, username, password: 'a long enough secret', displayName: '\u200b\u200b' };
  expect(await client().post('auth/register', body)).toMatchObject(faultOf('displayName'));
  expect((await asUser()).username).toBeTruthy();
});
