import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { asCreator, asViewer } from '#test/support/users';

const URL = 'creator/profile';

describe('/creator/profile', () => {
  it('changes only what is sent', async () => {
    const creator = await asCreator();
    expect((await creator.get(URL)).data).toMatchObject({ user: { id: creator.userId }, bio: '', categories: [] });
    expect((await creator.put(URL, { bio: 'I cook.' })).data).toMatchObject({ bio: 'I cook.', categories: [] });
    const { status, data } = await creator.put(URL, { categories: ['cooking'] });
    expect(status).toBe(200);
    expect(data).toMatchObject({ bio: 'I cook.', categories: ['cooking'] });
    expect((await creator.get(URL)).data).toEqual(data);
  });

  it('names the invalid field', async () => {
    const creator = await asCreator();
    const wrong: [unknown, string][] = [
      [{ bio: 7 }, 'bio'],
      [{ categories: ['sorcery'] }, 'categories.0'],
      [{ userId: crypto.randomUUID() }, 'userId'],
    ];
    for (const [body, path] of wrong) {
      const { status, error } = await creator.put(URL, body);
      expect([status, error?.details]).toMatchObject([422, [{ path }]]);
    }
  });

  it('is for approved creators', async () => {
    const viewer = await asViewer();
    for (const [person, status] of [[client(), 401] as const, [viewer, 403] as const]) {
      expect((await person.get(URL)).status).toBe(status);
      expect((await person.put(URL, { bio: 'x' })).status).toBe(status);
    }
    expect((await viewer.get(URL)).error.code).toBe('CREATOR_APPROVAL_REQUIRED');
  });
});
