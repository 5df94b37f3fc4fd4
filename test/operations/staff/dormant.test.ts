/** A rank is dormant without two-factor authentication: its holder acts and sees like anyone else. */
import { describe, expect, it } from 'vitest';
import { appCode, asUserWithPassword, PASSWORD, turnOnTwoFactor } from '#test/support/accounts';
import { aPost } from '#test/support/posts';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';

const DORMANT = { rank: 'owner', twoFactor: false } as const;
const claimsOf = ({ accessToken }: Pick<Person, 'accessToken'>) => JSON.parse(atob(accessToken.split('.')[1] ?? ''));

async function again({ refreshToken, post }: Person): Promise<{ accessToken: string }> {
  return (await post('auth/refresh', { refreshToken })).data;
}

describe('without two-factor authentication, staff', () => {
  it('are refused until they turn it on, at endpoints for staff and at those for a permission', async () => {
    const [owner, creator] = [await asUser(DORMANT), await asCreator()];
    for (const answer of [
      await owner.get('admin/staff'),
      await owner.put(`admin/staff/${creator.userId}`, { rank: 'support' }),
      await owner.call('GET', '/health/detailed'),
    ])
      expect([answer.status, answer.error.code]).toEqual([403, 'TOTP_SETUP_REQUIRED']);
    expect((await (await asViewer()).get('admin/staff')).error.code).toBe('PERMISSION_REQUIRED');
  });

  it('see their rank, and get tokens without it', async () => {
    const owner = await asUser(DORMANT);
    expect((await owner.get('auth/me')).data).toMatchObject({ rank: 'owner', twoFactorEnabled: false });
    expect(claimsOf(await again(owner))).toMatchObject({ role: 'viewer' });
    expect(claimsOf(await again(owner)).rank).toBeUndefined();
  });

  it('neither see nor moderate what is hidden from viewers, nor delete what is not theirs', async () => {
    const [owner, creator, viewer] = [await asUser(DORMANT), await asCreator(), await asViewer()];
    const hidden = await anOpenStream(creator, { visibility: 'private' });
    const open = await anOpenStream(await asCreator());
    expect((await owner.get(`stream/${hidden}`)).status).toBe(404);
    expect((await owner.post(`stream/${hidden}/join`)).error.code).toBe('STREAM_NOT_FOUND');
    const kick = { action: 'kick', userId: viewer.userId };
    expect((await owner.post(`stream/${open}/moderation`, kick)).error.code).toBe('NOT_MODERATOR');
    expect((await owner.delete(`content/posts/${await aPost(viewer)}`)).error.code).toBe('NOT_YOUR_POST');
  });

  it('are still out of reach for an equal rank', async () => {
    const [admin, dormant] = [await asStaff('country_admin', { country: 'DE' }), await asUser(DORMANT)];
    const answer = await admin.put(`admin/staff/${dormant.userId}`, { rank: null });
    expect(answer.error.code).toBe('STAFF_OUT_OF_REACH');
  });
});

describe('turning two-factor authentication', () => {
  it('on makes the rank take effect, in the next token too', async () => {
    const owner = await asUserWithPassword(DORMANT);
    await turnOnTwoFactor(owner);
    expect((await owner.get('admin/staff')).status).toBe(200);
    expect(claimsOf(await again(owner))).toMatchObject({ role: 'admin', rank: 'owner' });
  });

  it('off makes the rank dormant at once', async () => {
    const owner = await asUserWithPassword(DORMANT);
    const { secret } = await turnOnTwoFactor(owner);
    await owner.post('auth/2fa/disable', { password: PASSWORD, code: appCode(secret) });
    expect((await owner.get('admin/staff')).error.code).toBe('TOTP_SETUP_REQUIRED');
  });
});
