/** Users read decisions about them and appeal; staff answer, and accepting reverses. */
import { env } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { asApplicant } from '#test/support/applications';
import { testContext } from '#test/support/context';
import { asReviewer, banned, decided } from '#test/support/decisions';
import { standInForLiveKit } from '#test/support/livekit';
import { aPost } from '#test/support/posts';
import { eventually } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { commit } from '@/db/commit';
import { markReversed } from '@/domains/base/decisions/record';
import { clearKeptContent } from '@/domains/content/posts/clear-kept';
import { forgetAppeals } from '@/domains/operations/appeals/forget';
import { resolveAppeal } from '@/domains/operations/appeals/resolve';
import { planRemoval } from '@/domains/operations/reports/content';
import { accountBanned } from '@/domains/people/auth/restricted-token';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

const TEXT = 'I did not write that. 🙏';
const ANSWER = 'You are right.';

const userRow = (userId: string) =>
  env.DB.prepare('SELECT status, creator_status AS creatorStatus FROM users WHERE id = ?').bind(userId).first();

/** As somebody who was banned: with the token that sign-in gives. */
async function restricted({ userId: id }: Person, decisionId: string) {
  const { details } = await accountBanned(testContext(), { id, bannedUntil: null, banDecisionId: decisionId }, true);
  return client({ authorization: `Bearer ${(details as { restrictedToken: string }).restrictedToken}` });
}

const appeal = async (person: Pick<Person, 'post'>, decisionId: string) =>
  person.post('appeals', { decisionId, text: TEXT });
const resolve = (staff: Person, id: string, accept: boolean) =>
  staff.put(`admin/appeal/${id}/resolve`, { accept, answer: ANSWER });
const notificationsOf = async (person: Person, kind: string) =>
  (await person.get('user/notifications')).data.items.filter((item: { kind: string }) => item.kind === kind);

describe('a decision', () => {
  it('is listed for the user whom it is about, newest first and by pages', async () => {
    const [me, other, staff] = [await asViewer(), await asViewer(), await asReviewer('admin_l2')];
    const ids = [await decided(staff.userId, me.userId, 'warn'), await decided(staff.userId, me.userId, 'remove')];
    await decided(staff.userId, other.userId, 'warn');
    const first = (await me.get('decisions/my?perPage=1')).data;
    expect(first.items).toMatchObject([{ id: ids[1], action: 'remove', rule: 'spam', reason: 'Because.' }]);
    expect(JSON.stringify(first)).not.toContain(staff.userId);
    const second = (await me.get(`decisions/my?perPage=1&cursor=${first.pagination.nextCursor}`)).data;
    expect(second.items).toMatchObject([{ id: ids[0], howToAppeal: expect.stringContaining('POST /appeals') }]);
    expect(second.pagination.nextCursor).toBeNull();
    expect((await me.get('decisions/my?cursor=odd')).status).toBe(422);
  });

  it('is appealed once, and a repeat is refused', async () => {
    const [me, staff] = [await asViewer(), await asReviewer('admin_l2')];
    const id = await decided(staff.userId, me.userId, 'warn');
    const answers = await Promise.all([appeal(me, id), appeal(me, id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await appeal(me, id)).error.code).toBe('APPEAL_EXISTS');
    expect((await me.get('appeals/my')).data.items).toMatchObject([
      { text: TEXT, status: 'open', answer: null, decidedAt: null, decision: { id, howToAppeal: null } },
    ]);
  });

  it('is only appealed by the user whom it is about, in time, while it holds, and if there is something to undo', async () => {
    const [me, other, staff] = [await asViewer(), await asViewer(), await asReviewer('admin_l2')];
    const id = await decided(staff.userId, me.userId, 'warn');
    expect((await appeal(other, id)).error.code).toBe('DECISION_NOT_FOUND');
    expect((await appeal(me, newId())).error.code).toBe('DECISION_NOT_FOUND');
    expect((await appeal(me, await decided(staff.userId, me.userId, 'lift'))).error.code).toBe(
      'DECISION_NOT_APPEALABLE',
    );
    await env.DB.prepare('UPDATE decisions SET appeal_until = ? WHERE id = ?').bind(Date.now(), id).run();
    expect((await appeal(me, id)).error.code).toBe('APPEAL_TOO_LATE');
    const reversed = await decided(staff.userId, me.userId, 'warn');
    await commit(testContext(), [markReversed(testContext(), reversed, staff.userId)]);
    expect((await appeal(me, reversed)).error.code).toBe('DECISION_REVERSED');
    for (const text of ['', ' ', 'x'.repeat(4_001)])
      expect((await me.post('appeals', { decisionId: id, text })).status).toBe(422);
  });
});

describe('an appeal against a ban', () => {
  it('is sent with the restricted token, and accepting it lifts the ban', async () => {
    const [me, decider, reviewer] = [await asViewer(), await asReviewer('admin_l2'), await asReviewer('admin_l3')];
    const decisionId = await banned(decider.userId, me.userId);
    const locked = await restricted(me, decisionId);
    expect((await locked.get('decisions/my')).data.items).toMatchObject([{ id: decisionId, action: 'ban' }]);
    const { data } = await appeal(locked, decisionId);
    expect((await locked.get('appeals/my')).data.items).toMatchObject([{ id: data.id, status: 'open' }]);
    await expect.poll(() => notificationsOf(reviewer, 'appeal-waiting')).toMatchObject([{ data: { count: 1 } }]);
    expect((await resolve(decider, data.id, true)).error.code).toBe('OWN_DECISION');
    const { status, data: answered } = await resolve(reviewer, data.id, true);
    expect([status, answered]).toMatchObject([
      200,
      {
        status: 'accepted',
        answer: ANSWER,
        decidedBy: { id: decider.userId, username: decider.username },
        resolvedBy: { id: reviewer.userId, username: reviewer.username },
        decision: { reversedAt: expect.any(String) },
      },
    ]);
    expect(await userRow(me.userId)).toMatchObject({ status: 'active' });
    expect(await notificationsOf(reviewer, 'appeal-waiting')).toEqual([]);
    expect((await resolve(reviewer, data.id, false)).error.code).toBe('APPEAL_DECIDED');
    expect((await locked.get('appeals/my')).status).not.toBe(200);
  });

  it('that was lifted or replaced meanwhile only reverses the decision', async () => {
    const [me, decider, reviewer] = [await asViewer(), await asReviewer('admin_l2'), await asReviewer('admin_l3')];
    const first = await banned(decider.userId, me.userId, Date.now() + DAY_MS);
    const { data } = await appeal(await restricted(me, first), first);
    await banned(decider.userId, me.userId);
    expect((await resolve(reviewer, data.id, true)).data.decision.reversedAt).not.toBeNull();
    expect(await userRow(me.userId)).toMatchObject({ status: 'banned' });
  });

  it('is answered once by two at the same time', async () => {
    const [me, decider] = [await asViewer(), await asReviewer('admin_l2')];
    const [one, other] = [await asReviewer('admin_l3'), await asReviewer('admin_l3')];
    const decisionId = await banned(decider.userId, me.userId);
    const { data } = await appeal(await restricted(me, decisionId), decisionId);
    const answers = await Promise.all([resolve(one, data.id, true), resolve(other, data.id, false)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { results } = await env.DB.prepare("SELECT action FROM staff_log WHERE target_id = ? AND outcome = 'done'")
      .bind(data.id)
      .all();
    expect(results).toHaveLength(1);
  });

  it('that is refused changes nothing, tells the user why, and cannot be sent again', async () => {
    const [me, decider, reviewer] = [await asViewer(), await asReviewer('admin_l2'), await asReviewer('admin_l3')];
    const id = await decided(decider.userId, me.userId, 'warn');
    const { data } = await appeal(me, id);
    expect((await resolve(reviewer, data.id, false)).data).toMatchObject({ status: 'refused', answer: ANSWER });
    await expect
      .poll(() => notificationsOf(me, 'decision'))
      .toMatchObject([{ title: 'Your appeal was not accepted', body: ANSWER, data: { appealId: data.id } }]);
    expect((await me.get('decisions/my')).data.items).toMatchObject([{ id, reversedAt: null }]);
    expect((await appeal(me, id)).error.code).toBe('APPEAL_EXISTS');
  });
});

describe('an appeal that is accepted', () => {
  it.each<[string, boolean]>([
    ['brings back the messages that the ban deleted', true],
    ['is needed for that: lifting by hand leaves them deleted', false],
  ])('%s', async (_, isAppealed) => {
    standInForLiveKit();
    const [me, one, other] = [await asViewer(), await asReviewer('admin_l2'), await asReviewer('admin_l2')];
    const streamId = await anOpenStream(await asCreator());
    await me.post(`stream/${streamId}/join`);
    await me.post(`sessions/${streamId}/chat`, { text: 'fine' });
    const path = `admin/user/${me.userId}/status`;
    const { data } = await one.put(path, { status: 'banned', reason: 'Spam.', deleteMessages: true });
    const shown = async () => (await testContext().rooms(streamId).history(null, 5)).messages.map(({ text }) => text);
    await eventually(async () => expect(await shown()).toEqual(['']));
    const sent = await appeal(await restricted(me, data.decisionId), data.decisionId);
    if (isAppealed) {
      expect((await resolve(other, sent.data.id, true)).status).toBe(200);
      await eventually(async () => expect(await shown()).toEqual(['fine']));
      const late = { type: 'withhold-user', userId: me.userId, decisionId: data.decisionId, withheld: true } as const;
      await testContext().rooms(streamId).apply(newId(), late);
      expect(await shown()).toEqual(['fine']);
      return;
    }
    await one.put(path, { status: 'active', reason: 'Enough.' });
    expect(await shown()).toEqual(['']);
  });

  it('is answered only by staff who still have their rank at that moment', async () => {
    const [me, one, other] = [await asViewer(), await asReviewer('admin_l2'), await asReviewer('admin_l2')];
    const sent = await appeal(me, await decided(one.userId, me.userId, 'warn'));
    const actor = {
      userId: other.userId,
      staff: { rank: 'admin_l3', granted: [], denied: [], country: null },
    } as const;
    const answer = resolveAppeal(testContext(), actor as unknown as Actor, sent.data.id, {
      accept: true,
      answer: ANSWER,
    });
    await expect(answer).rejects.toMatchObject({ code: 'APPEAL_CHANGED' });
  });

  it('brings a removed post back', async () => {
    const [me, decider, reviewer] = [await asViewer(), await asReviewer('admin_l2'), await asReviewer('admin_l3')];
    const postId = await aPost(me);
    const target = { type: 'post', id: postId, streamId: null } as const;
    const ctx = testContext();
    const removal = await planRemoval(ctx, target, newId());
    await commit(ctx, removal.statements, { events: removal.events });
    const isThere = () =>
      env.DB.prepare('SELECT removed_at IS NULL AS here FROM posts WHERE id = ?').bind(postId).first('here');
    expect(await isThere()).toBe(0);
    const { data } = await appeal(me, await decided(decider.userId, me.userId, 'remove', target));
    expect((await resolve(reviewer, data.id, true)).status).toBe(200);
    expect(await isThere()).toBe(1);
  });

  it('brings a post back that two decisions removed only once both are reversed', async () => {
    const [me, decider, reviewer] = [await asViewer(), await asReviewer('admin_l2'), await asReviewer('admin_l3')];
    const postId = await aPost(me);
    const target = { type: 'post', id: postId } as const;
    await decider.delete(`content/posts/${postId}`);
    const ids = [
      (await me.get('decisions/my')).data.items[0].id,
      await decided(decider.userId, me.userId, 'remove', target),
    ];
    const status = async () => (await client().get(`content/posts/${postId}`)).status;
    for (const [index, id] of ids.entries()) {
      const { data } = await appeal(me, id);
      expect((await resolve(reviewer, data.id, true)).status).toBe(200);
      expect(await status()).toBe(index === 0 ? 404 : 200);
    }
  });

  it('brings back what the second removal of a profile took, and nothing of the first', async () => {
    const [me, decider, reviewer] = [await asViewer(), await asReviewer('admin_l2'), await asReviewer('admin_l3')];
    const target = { type: 'user', id: me.userId, streamId: null } as const;
    const ctx = testContext();
    const ids: string[] = [];
    for (const bio of ['Rude', 'Friendly']) {
      await me.put('user/profile', { bio });
      const id = await decided(decider.userId, me.userId, 'remove', target);
      const { statements, events } = await planRemoval(ctx, target, id);
      await commit(ctx, statements, { events });
      ids.push(id);
    }
    const { data } = await appeal(me, ids[1] ?? '');
    expect((await resolve(reviewer, data.id, true)).status).toBe(200);
    expect((await me.get('user/profile')).data.bio).toBe('Friendly');
  });

  it('finds the content, however late it is answered', async () => {
    const [me, decider, reviewer] = [await asViewer(), await asReviewer('admin_l2'), await asReviewer('admin_l3')];
    const postId = await aPost(me);
    await decider.delete(`content/posts/${postId}`);
    const { data } = await appeal(me, (await me.get('decisions/my')).data.items[0].id);
    await env.DB.prepare('UPDATE posts SET kept_until = 1 WHERE id = ?').bind(postId).run();
    const ctx = testContext();
    await clearKeptContent(ctx);
    await ctx.settle();
    await resolve(reviewer, data.id, true);
    expect((await client().get(`content/posts/${postId}`)).status).toBe(200);
  });

  it('puts a rejected application back among those that wait', async () => {
    const [decider, reviewer] = [await asReviewer('admin_l3'), await asReviewer('owner')];
    const me = await asApplicant();
    await decider.put(`admin/creator-applications/${me.applicationId}/reject`, { reason: 'Too young.' });
    const [decision] = (await me.get('decisions/my')).data.items;
    expect(decision).toMatchObject({
      action: 'reject',
      reason: 'Too young.',
      scope: 'application',
      target: { type: 'creator-application', id: me.applicationId },
    });
    await expect
      .poll(() => notificationsOf(me, 'creator-rejected'))
      .toMatchObject([{ data: { decisionId: decision.id } }]);
    const { data } = await appeal(me, decision.id);
    expect((await resolve(reviewer, data.id, true)).status).toBe(200);
    expect(await userRow(me.userId)).toMatchObject({ creatorStatus: 'PENDING' });
    expect((await me.get('creator/application')).data).toMatchObject({ status: 'PENDING' });
  });

  it('puts a rejected guide application back too', async () => {
    const [decider, reviewer] = [await asReviewer('admin_l3'), await asReviewer('owner')];
    const me = await asViewer();
    await env.DB.prepare("UPDATE users SET gender = 'female', birth_date = '1999-05-05' WHERE id = ?")
      .bind(me.userId)
      .run();
    const { data: application } = await me.post('guide/application/apply', {
      motivation: 'I listen.',
      languages: ['en'],
    });
    await decider.put(`guide/application/applications/${application.id}/reject`, { reason: 'Too short.' });
    const [decision] = (await me.get('decisions/my')).data.items;
    const { data } = await appeal(me, decision.id);
    expect((await resolve(reviewer, data.id, true)).status).toBe(200);
    expect((await me.get('user/profile')).data.guideStatus).toBe('PENDING');
  });

  it('leaves an application alone that was amended meanwhile', async () => {
    const [decider, reviewer] = [await asReviewer('admin_l3'), await asReviewer('owner')];
    const me = await asApplicant();
    await decider.put(`admin/creator-applications/${me.applicationId}/reject`, { reason: 'Too short.' });
    const [decision] = (await me.get('decisions/my')).data.items;
    const { data } = await appeal(me, decision.id);
    await me.put('creator/application', { profile: { bio: 'A longer text.' } });
    await decider.put(`admin/creator-applications/${me.applicationId}/approve`);
    expect((await resolve(reviewer, data.id, true)).status).toBe(200);
    expect(await userRow(me.userId)).toMatchObject({ creatorStatus: 'APPROVED' });
  });
});

describe('the staff’s list of appeals', () => {
  it('has the open ones oldest first, and for a country admin those of their country', async () => {
    const country = 'IS';
    const decider = await asReviewer('admin_l2');
    const [local, abroad] = [
      await asReviewer('country_admin', { country }),
      await asReviewer('country_admin', { country: 'NZ' }),
    ];
    const people = [await asUser({ country }), await asUser({ country })];
    const ids = [];
    for (const person of people)
      ids.push((await appeal(person, await decided(decider.userId, person.userId, 'warn'))).data.id);
    const open = (await local.get('admin/appeals?status=open&perPage=1')).data;
    expect(open.items).toMatchObject([
      {
        id: ids[0],
        subject: { id: people[0]?.userId },
        evidence: null,
        decidedBy: { id: decider.userId },
        resolvedBy: null,
      },
    ]);
    const next = (await local.get(`admin/appeals?status=open&cursor=${open.pagination.nextCursor}`)).data;
    expect(next.items.map(({ id }: { id: string }) => id)).toEqual([ids[1]]);
    expect((await abroad.get('admin/appeals')).data.items).toEqual([]);
    expect((await resolve(abroad, ids[0], true)).error.code).toBe('STAFF_OUT_OF_REACH');
    expect((await resolve(local, newId(), true)).error.code).toBe('APPEAL_NOT_FOUND');
  });

  it('is for those who may ban', async () => {
    expect((await (await asStaff('admin_l1')).get('admin/appeals')).status).toBe(403);
  });
});

describe('the end of an account', () => {
  it('closes its appeals and blanks their texts', async () => {
    const [me, decider, reviewer] = [await asViewer(), await asReviewer('admin_l2'), await asReviewer('admin_l3')];
    await appeal(me, await decided(decider.userId, me.userId, 'warn'));
    await appeal(me, await decided(decider.userId, me.userId, 'warn'));
    await expect.poll(() => notificationsOf(reviewer, 'appeal-waiting')).toMatchObject([{ data: { count: 2 } }]);
    const ctx = testContext();
    for (let times = 0; times < 3; times += 1) await commit(ctx, forgetAppeals(ctx, me.userId, sql`LIMIT 200`));
    const { results } = await env.DB.prepare('SELECT status, text, decided_by FROM appeals WHERE subject_id = ?')
      .bind(me.userId)
      .all();
    expect(results).toEqual(Array(2).fill({ status: 'refused', text: '', decided_by: null }));
    expect(await notificationsOf(reviewer, 'appeal-waiting')).toEqual([]);
  });
});
