import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { asPerformer, goAnonymous, stageNames } from '#test/support/performers';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { earningDays } from '@/domains/money/earnings/tables';

const guest = client();
const pageOf = (who: Pick<Person, 'get'>, id: string) => who.get(`performer/profile/${id}`);

describe("a performer's page", () => {
  it('has the names of the account until others are chosen, and shows private parts to its owner alone', async () => {
    const performer = await asPerformer();
    const { userId, username } = performer;
    await performer.put('creator/profile', { bio: 'I sing.' });
    const ctx = testContext();
    const day = { userId, day: '2026-01-01', source: 'gift', diamonds: 7, count: 1, lastTransferId: 0 } as const;
    await ctx.db.insert(earningDays).values([day, { ...day, source: 'tip', diamonds: 5 }]);
    const open = { id: userId, userId, stageName: username, bio: 'I sing.', avatarUrl: null, followers: 0 };
    for (const who of [guest, await asViewer(), await asStaff('owner')])
      expect((await pageOf(who, userId)).data).toEqual(open);
    expect((await pageOf(performer, userId)).data).toEqual({
      ...open,
      stageHandle: null,
      totalEarnings: 12,
      privacySettings: (await performer.get('performer/privacy-settings')).data,
    });
  });

  it('keeps the fields that a request does not send, and counts followers', async () => {
    const performer = await asPerformer();
    const { stageName, stageHandle } = stageNames();
    const put = async (body: unknown) => (await performer.put('performer/profile', body)).data;
    expect(await put({ stageName })).toMatchObject({ stageName, bio: '', stageHandle: null });
    expect(await put({ bio: ' I sing.\r\nAt night. ' })).toMatchObject({ stageName, stageHandle: null });
    await (await asViewer()).post(`social/follow/${performer.userId}`);
    const whole = await put({ stageHandle: stageHandle.toUpperCase() });
    expect(whole).toMatchObject({ stageName, stageHandle, followers: 1 });
    expect(await put({})).toEqual(whole);
    expect((await pageOf(performer, performer.userId)).data).toEqual(whole);
  });

  it.each([
    [{ stageName: '' }, 'stageName'],
    [{ stageName: 'x'.repeat(51) }, 'stageName'],
    [{ stageHandle: 'ab' }, 'stageHandle'],
    [{ stageHandle: 'not a handle' }, 'stageHandle'],
    [{ stageHandle: 'admin' }, 'stageHandle'],
    [{ bio: 'x'.repeat(2_001) }, 'bio'],
    [{ username: 'other' }, 'username'],
  ])('is not changed by %j', async (body, path) => {
    const performer = await asPerformer();
    const { status, error } = await performer.put('performer/profile', body);
    expect([status, error.code]).toEqual([422, 'VALIDATION_FAILED']);
    expect(error.details).toEqual([expect.objectContaining({ path })]);
  });

  it('goes back to the name and the bio of the account by null', async () => {
    const performer = await asPerformer();
    const { username } = performer;
    await performer.put('creator/profile', { bio: 'I sing.' });
    await performer.put('performer/profile', { ...stageNames(), bio: 'By night.' });
    const { status, data } = await performer.put('performer/profile', { stageName: null, bio: null });
    expect([status, data]).toEqual([200, expect.objectContaining({ stageName: username, bio: 'I sing.' })]);
    expect((await pageOf(performer, performer.userId)).data).toEqual(data);
    expect((await performer.put('performer/profile', { stageName: null, bio: null })).data).toEqual(data);
    const { error } = await performer.put('performer/privacy-settings', { anonymousMode: true });
    expect(error.code).toBe('STAGE_NAMES_MISSING');
  });

  it('keeps the stage name while the stage identity is on, and shows no bio of the account', async () => {
    const performer = await asPerformer();
    await performer.put('creator/profile', { bio: 'I sing.' });
    const { stageName } = await goAnonymous(performer);
    await performer.put('performer/profile', { bio: 'By night.' });
    const refused = await performer.put('performer/profile', { stageName: null });
    expect([refused.status, refused.error.code]).toEqual([409, 'STAGE_NAME_NEEDED']);
    const { data } = await performer.put('performer/profile', { bio: null });
    expect(data).toMatchObject({ stageName, bio: '' });
    expect((await pageOf(performer, performer.userId)).data).toEqual(data);
    expect((await pageOf(guest, performer.userId)).data).toMatchObject({ stageName, bio: '' });
  });

  it('exists for approved performers alone, and for readers who may see them', async () => {
    const [performer, other] = [await asPerformer(), await asViewer()];
    const codeOf = async (who: Pick<Person, 'get'>, id: string) => (await pageOf(who, id)).error?.code;
    for (const { userId } of [
      await asViewer(),
      await asCreator(),
      await asCreator({ role: 'dj' }),
      await asUser({ role: 'performer', creatorStatus: 'PENDING' }),
    ])
      expect(await codeOf(guest, userId)).toBe('PERFORMER_NOT_FOUND');
    expect(await codeOf(guest, performer.username)).toBe('PERFORMER_NOT_FOUND');
    await performer.post('performer/block-user', { userId: other.userId });
    expect(await codeOf(other, performer.userId)).toBe('PERFORMER_NOT_FOUND');
    expect(await codeOf(guest, performer.userId)).toBeUndefined();
    await performer.put('performer/privacy-settings', { blockedCountries: ['DE'] });
    expect(await codeOf(client({ 'x-dev-country': 'DE' }), performer.userId)).toBe('PERFORMER_NOT_FOUND');
    const ctx = testContext();
    await ctx.db.update(users).set({ status: 'banned' }).where(eq(users.id, performer.userId));
    expect(await codeOf(guest, performer.userId)).toBe('PERFORMER_NOT_FOUND');
  });

  it('is changed by performers alone', async () => {
    const codeOf = async (who: Pick<Person, 'put'>) => (await who.put('performer/profile', { bio: 'x' })).error.code;
    expect(await codeOf(guest)).toBe('UNAUTHENTICATED');
    expect(await codeOf(await asViewer())).toBe('CREATOR_APPROVAL_REQUIRED');
    expect(await codeOf(await asCreator({ role: 'dj' }))).toBe('PERFORMER_ONLY');
  });
});

describe('a stage handle', () => {
  const choose = async (who: Pick<Person, 'put'>, stageHandle: string) => {
    const { status, error } = await who.put('performer/profile', { stageHandle });
    return error?.code ?? status;
  };
  const register = async (username: string) => {
    const email = `${crypto.randomUUID()}@footlight.test`;
    const body = { email, username, password: 'a horse of another colour' };
    const { status, error } = await client().post('auth/register', body);
    return error?.code ?? status;
  };

  it('belongs to one user, whoever has it as a username, as a handle, or beside a stage identity', async () => {
    const [performer, other, viewer] = [await asPerformer(), await asPerformer(), await asViewer()];
    const { stageHandle } = await goAnonymous(performer);
    for (const taken of [stageHandle, performer.username, viewer.username, other.username])
      expect(await choose(other, taken)).toBe('STAGE_HANDLE_TAKEN');
    expect(await choose(performer, performer.username)).toBe('STAGE_HANDLE_TAKEN');
    for (const taken of [stageHandle, performer.username]) expect(await register(taken)).toBe('USERNAME_TAKEN');
    await performer.put('performer/privacy-settings', { anonymousMode: false });
    for (const taken of [stageHandle, performer.username]) expect(await register(taken)).toBe('USERNAME_TAKEN');
    expect(await choose(other, stageHandle)).toBe('STAGE_HANDLE_TAKEN');
  });

  it('is free again once its owner has chosen another', async () => {
    const [performer, other] = [await asPerformer(), await asPerformer()];
    const { stageHandle } = await goAnonymous(performer);
    expect(await choose(performer, stageNames().stageHandle)).toBe(200);
    expect(await choose(other, stageHandle)).toBe(200);
  });

  it('goes to one of two who choose it at once', async () => {
    const { stageHandle } = stageNames();
    const both = await Promise.all([await asPerformer(), await asPerformer()].map((who) => choose(who, stageHandle)));
    expect(both.toSorted()).toEqual([200, 'STAGE_HANDLE_TAKEN']);
  });
});
