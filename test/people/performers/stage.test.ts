import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { asUserWithPassword, forgetMails, mailTo, PASSWORD } from '#test/support/accounts';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { recordingContext } from '#test/support/outbox';
import { asPerformer, goAnonymous, stageNames } from '#test/support/performers';
import { aPost } from '#test/support/posts';
import { eventually } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { actorOf, asStaff, asViewer, type Person } from '#test/support/users';
import { commit } from '@/db/commit';
import { keepRemovedProfile, returnProfile } from '@/domains/base/users/removed-profile';
import { users } from '@/domains/base/users/tables';
import { eraseAccounts } from '@/domains/operations/privacy/erase';
import { changePrivacy } from '@/domains/people/performers/change-privacy';
import { changePerformerProfile } from '@/domains/people/performers/profile';
import { performerPrivacy } from '@/domains/people/performers/tables';

const URL_ = 'performer/privacy-settings';
const guest = client();
const LINKS = [{ label: 'Me', url: 'https://example.com/me' }];
const rowOf = (userId: string) => testContext().db.select().from(users).where(eq(users.id, userId)).get();

/** A performer with an account that says who they are. */
async function aKnownPerformer() {
  const performer = await asPerformer();
  const own = { displayName: `Ada ${performer.username}`, bio: 'I live in Ulm.', links: LINKS };
  await performer.put('user/profile', own);
  await performer.put('creator/profile', { bio: 'Ada sings.', categories: ['music'] });
  return { performer, own };
}

const cardOf = async (userId: string) => {
  const { username, displayName } = (await guest.get(`users/${userId}`)).data;
  return { username, displayName };
};

describe('anonymous mode', () => {
  it('needs a stage name and a handle, and changes nothing without them', async () => {
    const performer = await asPerformer();
    const { stageName, stageHandle } = stageNames();
    const turnOn = async () => {
      const { status, error } = await performer.put(URL_, { anonymousMode: true, showViewerList: false });
      return error?.code ?? status;
    };
    expect(await turnOn()).toBe('STAGE_NAMES_MISSING');
    await performer.put('performer/profile', { stageName });
    expect(await turnOn()).toBe('STAGE_NAMES_MISSING');
    expect((await performer.get(URL_)).data).toMatchObject({ anonymousMode: false, showViewerList: true });
    await performer.put('performer/profile', { stageHandle });
    expect(await turnOn()).toBe(200);
  });

  it('shows the names of the stage to everyone, and no links or texts of the account, until it is off', async () => {
    const { performer, own } = await aKnownPerformer();
    const { userId, username } = performer;
    const open = (await guest.get(`users/${userId}`)).data;
    expect(open).toMatchObject({ ...own, username });
    const { stageName, stageHandle } = await goAnonymous(performer);
    const names = { username: stageHandle, displayName: stageName };
    for (const reader of [guest, await asViewer(), performer]) {
      expect((await reader.get(`users/${userId}`)).data).toMatchObject({
        ...names,
        bio: '',
        links: [],
        creator: { bio: '' },
      });
      expect((await reader.get(`social/creator/${username}`)).status).toBe(404);
      const page = (await reader.get(`social/creator/${stageHandle}`)).data;
      expect(page).toMatchObject({ user: names, bio: '', links: [] });
      expect((await reader.get(`performer/profile/${userId}`)).data).toMatchObject({ stageName, bio: '' });
      for (const [q, expected] of [
        [stageHandle, [userId]],
        [username, []],
        [own.displayName, []],
      ] as const) {
        const { items } = (await reader.get(`search?type=users&q=${encodeURIComponent(q)}`)).data.users;
        expect(items.map(({ id }: { id: string }) => id)).toEqual(expected);
      }
    }
    await performer.put('performer/profile', { bio: 'I come at night.' });
    expect((await guest.get(`users/${userId}`)).data).toMatchObject({ bio: 'I come at night.' });
    await performer.put(URL_, { anonymousMode: false });
    expect((await guest.get(`users/${userId}`)).data).toEqual(open);
    expect((await guest.get(`social/creator/${stageHandle}`)).status).toBe(404);
  });

  it('is in streams, posts and comments, as in every card', async () => {
    const { performer } = await aKnownPerformer();
    const streamId = await anOpenStream(performer);
    const postId = await aPost(performer);
    await performer.post('content/comments', { postId, text: 'First' });
    const names = await goAnonymous(performer);
    const card = { username: names.stageHandle, displayName: names.stageName };
    expect((await guest.get(`stream/${streamId}`)).data.creator).toMatchObject(card);
    expect((await guest.get(`stream/${names.stageHandle}`)).data.id).toBe(streamId);
    expect((await guest.get(`stream/${performer.username}`)).status).toBe(404);
    expect((await guest.get(`content/posts/${postId}`)).data.author).toMatchObject(card);
    expect((await guest.get(`content/posts/${postId}/comments`)).data.items[0].author).toMatchObject(card);
  });

  it("keeps the account's own names for the user and for staff, and shows both to them", async () => {
    const { performer, own } = await aKnownPerformer();
    const { userId, username } = performer;
    const names = await goAnonymous(performer);
    const both = {
      username,
      displayName: own.displayName,
      stage: { username: names.stageHandle, displayName: names.stageName },
    };
    const staff = await asStaff('owner');
    expect((await performer.get('user/profile')).data).toMatchObject({ ...both, links: LINKS });
    expect((await performer.get('auth/me')).data).toMatchObject(both);
    expect((await staff.get(`admin/user/${userId}`)).data).toMatchObject(both);
    for (const q of [username, names.stageHandle])
      expect((await staff.get(`admin/users?q=${q}`)).data.items).toMatchObject([both]);
    expect((await performer.get('user/export')).data.profile).toMatchObject([
      { accountUsername: username, username: names.stageHandle },
    ]);
  });

  it('changes the names on the side that they belong to', async () => {
    const { performer } = await aKnownPerformer();
    const { userId, username } = performer;
    const names = await goAnonymous(performer);
    expect((await performer.put('user/profile', { displayName: 'Ada M.' })).data.displayName).toBe('Ada M.');
    expect(await cardOf(userId)).toEqual({ username: names.stageHandle, displayName: names.stageName });
    const other = stageNames();
    await performer.put('performer/profile', other);
    expect(await cardOf(userId)).toEqual({ username: other.stageHandle, displayName: other.stageName });
    await performer.put(URL_, { anonymousMode: false });
    expect(await cardOf(userId)).toEqual({ username, displayName: 'Ada M.' });
    await performer.put('performer/profile', { stageName: 'Later' });
    expect(await cardOf(userId)).toEqual({ username, displayName: 'Ada M.' });
  });

  it('swaps the names once, however often and concurrently it is turned on and off', async () => {
    const { performer, own } = await aKnownPerformer();
    const names = await goAnonymous(performer);
    const turn = (anonymousMode: boolean) => performer.put(URL_, { anonymousMode });
    await Promise.all([turn(false), turn(false), turn(false)]);
    expect(await cardOf(performer.userId)).toEqual({ username: performer.username, displayName: own.displayName });
    await Promise.all([turn(true), turn(true), turn(true)]);
    expect(await cardOf(performer.userId)).toEqual({ username: names.stageHandle, displayName: names.stageName });
    expect(await rowOf(performer.userId)).toMatchObject({
      accountUsername: performer.username,
      accountDisplayName: own.displayName,
    });
  });

  it('shows names as soon as they are chosen, where it was on before there were stage names', async () => {
    const performer = await asPerformer();
    const { userId, username } = performer;
    await testContext().db.insert(performerPrivacy).values({ userId, anonymousMode: true, updatedAt: 1 });
    const { stageName, stageHandle } = stageNames();
    await performer.put('performer/profile', { stageName });
    expect((await cardOf(userId)).username).toBe(username);
    await performer.put('performer/profile', { stageHandle });
    expect(await cardOf(userId)).toEqual({ username: stageHandle, displayName: stageName });
  });

  it('reaches the rooms that the performer entered last, and tells nobody if nothing changes', async () => {
    const performer = await asPerformer();
    await performer.put('performer/profile', stageNames());
    const { ctx, events } = recordingContext();
    const turn = (anonymousMode: boolean) => changePrivacy(ctx, performer.userId, { anonymousMode });
    await turn(true);
    const task = { type: 'follow-name', userId: performer.userId, from: performer.username, after: null };
    const expected = [
      { kind: 'user-changed', userId: performer.userId },
      { kind: 'task', task },
      { kind: 'task', task, delaySeconds: 900 },
    ];
    await eventually(() => expect(events).toEqual(expected));
    await turn(true);
    expect(events).toHaveLength(3);
  });

  it('tells rooms of a new stage name, though it was turned on while that was saved', async () => {
    const performer = await asPerformer();
    await performer.put('performer/profile', stageNames());
    const { ctx, events } = recordingContext();
    let batches = 0;
    const db = new Proxy(ctx.db, {
      get(target, name, receiver) {
        if (name !== 'batch') return Reflect.get(target, name, receiver);
        return async (batch: never) => {
          batches += 1;
          if (batches === 2) await performer.put(URL_, { anonymousMode: true });
          return target.batch(batch);
        };
      },
    });
    const { stageName } = stageNames();
    await changePerformerProfile({ ...ctx, db }, actorOf(performer), { stageName });
    expect((await cardOf(performer.userId)).displayName).toBe(stageName);
    await eventually(() => expect(events).toContainEqual({ kind: 'user-changed', userId: performer.userId }));
  });

  it('greets the user by the account’s own name, in mails and receipts', async () => {
    const performer = await asUserWithPassword({ role: 'performer', creatorStatus: 'APPROVED' });
    await goAnonymous(performer);
    await forgetMails(performer.email);
    await performer.patch('viewer/password', { currentPassword: PASSWORD, newPassword: 'a mare of one more hue' });
    expect(await mailTo(performer.email, 'Your password was changed')).toContain(`Hi ${performer.username},`);
  });
});

describe('an account with a stage identity', () => {
  it('frees all its names when it is deleted', async () => {
    const { performer } = await aKnownPerformer();
    const names = await goAnonymous(performer);
    const ctx = testContext();
    await ctx.db.update(users).set({ deletesAt: 1 }).where(eq(users.id, performer.userId));
    await eraseAccounts(ctx);
    await ctx.settle();
    const row = JSON.stringify(await rowOf(performer.userId));
    for (const name of [performer.username, names.stageHandle, names.stageName]) expect(row).not.toContain(name);
    const other = await asPerformer();
    expect((await other.put('performer/profile', names)).status).toBe(200);
  });

  it('loses what staff remove from its page, and gets it back with an appeal', async () => {
    const { performer, own } = await aKnownPerformer();
    const { userId } = performer;
    const names = await goAnonymous(performer);
    await performer.put('performer/profile', { bio: 'Rude' });
    const ctx = testContext();
    const carryOut = async ({ statements, events }: Awaited<ReturnType<typeof returnProfile>>) => {
      await commit(ctx, statements, { events, evenIfUnchanged: true });
      await ctx.settle();
    };
    const decisionId = crypto.randomUUID();
    await carryOut(keepRemovedProfile(ctx, userId, decisionId, ctx.now() + 1_000));
    const handle = { username: names.stageHandle, displayName: names.stageHandle };
    expect(await cardOf(userId)).toEqual(handle);
    const page = (who: Pick<Person, 'get'>) => who.get(`performer/profile/${userId}`);
    expect((await page(guest)).data).toMatchObject({ stageName: names.stageHandle, bio: '' });
    // Turning it off and on again does not bring the removed name back, and the account's own was not removed.
    await performer.put(URL_, { anonymousMode: false });
    expect((await cardOf(userId)).displayName).toBe(own.displayName);
    await performer.put(URL_, { anonymousMode: true });
    expect(await cardOf(userId)).toEqual(handle);
    await carryOut(await returnProfile(ctx, userId, decisionId));
    expect(await cardOf(userId)).toEqual({ username: names.stageHandle, displayName: names.stageName });
    expect((await page(guest)).data).toMatchObject({ stageName: names.stageName, bio: 'Rude' });
  });

  it('keeps a stage name that is its handle, chosen after staff removed a profile that had none', async () => {
    const performer = await asPerformer();
    const ctx = testContext();
    const decisionId = crypto.randomUUID();
    await commit(ctx, keepRemovedProfile(ctx, performer.userId, decisionId, ctx.now() + 1_000).statements);
    const { stageHandle } = stageNames();
    await goAnonymous(performer, { stageName: stageHandle, stageHandle });
    await commit(ctx, (await returnProfile(ctx, performer.userId, decisionId)).statements);
    expect(await cardOf(performer.userId)).toEqual({ username: stageHandle, displayName: stageHandle });
    await performer.put(URL_, { anonymousMode: false });
    expect((await performer.put(URL_, { anonymousMode: true })).status).toBe(200);
  });

  it('is reported as others see it', async () => {
    const { performer, own } = await aKnownPerformer();
    const names = await goAnonymous(performer);
    await performer.put('performer/profile', { bio: 'Rude' });
    const report = { targetType: 'user', targetId: performer.userId, category: 'other' };
    const { data } = await (await asViewer()).post('reports', report);
    const { text } = (await (await asStaff('owner')).get(`admin/report/${data.id}`)).data.evidence;
    for (const shown of [names.stageName, names.stageHandle, 'Rude']) expect(text).toContain(shown);
    for (const hidden of [performer.username, own.displayName, own.bio, LINKS[0]?.url])
      expect(text).not.toContain(hidden);
  });

  it('gets back a display name of the account that was removed before the stage identity was on', async () => {
    const { performer, own } = await aKnownPerformer();
    const ctx = testContext();
    const decisionId = crypto.randomUUID();
    await commit(ctx, keepRemovedProfile(ctx, performer.userId, decisionId, ctx.now() + 1_000).statements);
    const names = await goAnonymous(performer);
    await commit(ctx, (await returnProfile(ctx, performer.userId, decisionId)).statements);
    expect((await cardOf(performer.userId)).displayName).toBe(names.stageName);
    expect((await performer.get('user/profile')).data).toMatchObject(own);
  });
});
