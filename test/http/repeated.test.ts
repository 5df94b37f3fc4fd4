/**
 * A write that says what is so already changes nothing: no row in D1, no event, no call to a room, no line in the staff
 * log. Each endpoint whose write may be repeated has its line here.
 */

import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { applicationRequest, asApplicant } from '#test/support/applications';
import { testContext } from '#test/support/context';
import { listened } from '#test/support/listeners';
import { standInForLiveKit } from '#test/support/livekit';
import { goAnonymous, stageNames } from '#test/support/performers';
import { aPost } from '#test/support/posts';
import { aCode, aPackage } from '#test/support/purchases';
import { anOpenStream, aStream } from '#test/support/streams';
import { aTicket } from '#test/support/tickets';
import { aTrack } from '#test/support/tracks';
import { asCreator, asDj, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { type Write, watch } from '#test/support/watch';
import { webhookEvents } from '@/domains/operations/webhooks/tables';
import { newId } from '@/shared/ids';

const NOTHING = { events: [], rooms: [], rowsWritten: 0 };

beforeEach(() => {
  standInForLiveKit();
});

/** A creator who is live, with a viewer in sight; `by` staff, so that what is done would be logged. */
async function aRoom() {
  const [creator, viewer, staff] = [await asCreator(), await asViewer(), await asStaff('owner')];
  const streamId = await anOpenStream(creator);
  await aStream(creator, { status: 'scheduled' });
  const moderate = (action: string, by: Pick<Person, 'headers'> = staff): Write => ({
    by,
    method: 'POST',
    path: `stream/${streamId}/moderation`,
    body: { action, userId: viewer.userId },
  });
  return { creator, viewer, staff, streamId, moderate };
}

const REPEATED: readonly [string, () => Promise<Write>][] = [
  [
    'a change of a DJ’s profile',
    async () => {
      const body = { stageName: 'Zoë', bio: 'Vinyl', genres: ['House', 'house'] };
      return { by: await asDj(), method: 'PUT', path: 'dj/profile', body };
    },
  ],
  ...(['PUT', 'DELETE'] as const).map((method): [string, () => Promise<Write>] => [
    `a rating of a DJ: ${method}`,
    async () => {
      const [dj, listener] = [await asDj(), await asViewer()];
      await listened(dj, [listener]);
      const path = `dj/profile/${dj.userId}/rating`;
      if (method === 'DELETE') await listener.put(path, { rating: 4 });
      return { by: listener, method, path, ...(method === 'PUT' ? { body: { rating: 4 } } : {}) };
    },
  ]),
  [
    'a start on stage',
    async () => ({ by: await asDj(), method: 'POST', path: 'dj/start-stream', body: { title: 'Tonight' } }),
  ],
  ...(
    [
      ['status', { status: 'resolved' }],
      ['assign', { assigneeId: null }],
      ['', { priority: 'urgent' }],
    ] as const
  ).map(([act, body]): [string, () => Promise<Write>] => [
    `a change of a ticket: ${JSON.stringify(body)}`,
    async () => {
      const [viewer, staff] = [await asViewer(), await asStaff('support')];
      const { id } = await aTicket(viewer);
      return { by: staff, method: 'PUT', path: `support/tickets/${id}/${act}`.replace(/\/$/, ''), body };
    },
  ]),
  [
    'what plays',
    async () => {
      const dj = await asDj();
      await anOpenStream(dj);
      return { by: dj, method: 'PUT', path: 'dj/now-playing', body: { trackId: (await aTrack(dj)).id } };
    },
  ],
  [
    'that nothing plays',
    async () => {
      const dj = await asDj();
      await anOpenStream(dj);
      await dj.put('dj/now-playing', { title: 'A track' });
      return { by: dj, method: 'DELETE', path: 'dj/now-playing' };
    },
  ],
  [
    'an entry of a set list that is hidden',
    async () => {
      const dj = await asDj();
      const streamId = await anOpenStream(dj);
      const { entryId } = (await dj.put('dj/now-playing', { title: 'A track' })).data;
      return { by: dj, method: 'PUT', path: `sessions/${streamId}/setlist/${entryId}`, body: { hidden: true } };
    },
  ],
  [
    'an edit of a track',
    async () => {
      const dj = await asDj();
      const { id } = await aTrack(dj);
      return { by: dj, method: 'PUT', path: `dj/track/${id}`, body: { title: 'Mine', bpm: 120, genre: null } };
    },
  ],
  [
    'a ban',
    async () => {
      const [viewer, staff] = [await asViewer(), await asStaff('admin_l2')];
      const body = { status: 'banned', reason: 'Spam' };
      return { by: staff, method: 'PUT', path: `admin/user/${viewer.userId}/status`, body };
    },
  ],
  [
    'a report',
    async () => {
      const [author, reporter] = [await asViewer(), await asViewer()];
      const body = { targetType: 'post', targetId: await aPost(author), category: 'spam' };
      return { by: reporter, method: 'POST', path: 'reports', body };
    },
  ],
  [
    'the assignment of a report',
    async () => {
      const [author, reporter, staff] = [await asViewer(), await asViewer(), await asStaff('admin_l1')];
      const targetId = await aPost(author);
      const { data } = await reporter.post('reports', { targetType: 'post', targetId, category: 'spam' });
      return { by: staff, method: 'PUT', path: `admin/report/${data.id}/assign`, body: { assigneeId: staff.userId } };
    },
  ],
  [
    'closing a ticket',
    async () => {
      const viewer = await asViewer();
      return { by: viewer, method: 'PUT', path: `support/tickets/${(await aTicket(viewer)).id}/close` };
    },
  ],
  [
    'a reply to a ticket',
    async () => {
      const viewer = await asViewer();
      const path = `support/tickets/${(await aTicket(viewer)).id}/reply`;
      return { by: viewer, method: 'POST', path, body: { text: 'Any news?' } };
    },
  ],
  [
    'a ready-made answer',
    async () => ({
      by: await asStaff('support'),
      method: 'PUT',
      path: `support/canned-answers/${newId()}`,
      body: { title: 'Reload', text: 'Please reload.' },
    }),
  ],
  [
    'a suspension of a guide',
    async () => {
      const [guide, staff] = [await asUser(), await asStaff('owner')];
      await env.DB.prepare("UPDATE users SET gender = 'female', birth_date = '1999-05-05' WHERE id = ?")
        .bind(guide.userId)
        .run();
      const { data } = await guide.post('guide/application/apply', { motivation: 'I talk.', languages: ['en'] });
      const path = `guide/application/applications/${data.id}`;
      await staff.put(`${path}/approve`);
      return { by: staff, method: 'PUT', path: `${path}/suspend`, body: { reason: 'Rude.' } };
    },
  ],
  [
    'an answer in a support chat',
    async () => {
      const [user, agent] = [await asViewer(), await asStaff('support')];
      const { threadId } = (await user.post('support/chat/send', { text: 'Help' })).data;
      const body = { threadId, text: 'Here I am', id: newId() };
      return { by: agent, method: 'POST', path: 'support/chat/send', body };
    },
  ],
  [
    'a read mark in a support chat',
    async () => {
      const [user, agent] = [await asViewer(), await asStaff('support')];
      const { id } = (await user.post('support/chat/send', { text: 'Help' })).data;
      return { by: agent, method: 'PUT', path: `support/chat/${id}/read` };
    },
  ],
  [
    'a vote on a FAQ',
    async () => {
      const faq = { category: 'repeated', question: 'Why?', answer: 'Because.', published: true };
      const { id } = (await (await asStaff('support')).post('support/faqs', faq)).data;
      return { by: await asViewer(), method: 'POST', path: `support/faqs/${id}/vote`, body: { helpful: true } };
    },
  ],
  [
    'a change of a FAQ',
    async () => {
      const staff = await asStaff('support');
      const faq = { category: 'repeated', question: 'Why?', answer: 'Because.', published: true };
      const { id } = (await staff.post('support/faqs', faq)).data;
      return { by: staff, method: 'PUT', path: `support/faqs/${id}`, body: { position: 1, question: 'Why not?' } };
    },
  ],
  [
    'a follow',
    async () => {
      const { creator, viewer } = await aRoom();
      return { by: viewer, method: 'POST', path: `social/follow/${creator.userId}` };
    },
  ],
  [
    'an unfollow',
    async () => {
      const { creator, viewer } = await aRoom();
      await viewer.post(`social/follow/${creator.userId}`);
      return { by: viewer, method: 'DELETE', path: `social/follow/${creator.userId}` };
    },
  ],
  [
    'a block',
    async () => {
      const { creator, viewer } = await aRoom();
      return { by: creator, method: 'POST', path: `social/block/${viewer.userId}` };
    },
  ],
  [
    'an unblock',
    async () => {
      const { creator, viewer } = await aRoom();
      await creator.post(`social/block/${viewer.userId}`);
      return { by: creator, method: 'DELETE', path: `social/block/${viewer.userId}` };
    },
  ],
  ['a ban by staff', async () => (await aRoom()).moderate('ban')],
  [
    'a ban by the creator',
    async () => {
      const { creator, moderate } = await aRoom();
      return moderate('ban', creator);
    },
  ],
  [
    'an unban by staff',
    async () => {
      const { creator, viewer, streamId, moderate } = await aRoom();
      await creator.post(`stream/${streamId}/moderation`, { action: 'ban', userId: viewer.userId });
      return moderate('unban');
    },
  ],
  [
    'naming a moderator',
    async () => {
      const { creator, viewer } = await aRoom();
      return { by: creator, method: 'PUT', path: `stream/moderators/${viewer.userId}` };
    },
  ],
  [
    'removing a moderator',
    async () => {
      const { creator, viewer } = await aRoom();
      await creator.put(`stream/moderators/${viewer.userId}`);
      return { by: creator, method: 'DELETE', path: `stream/moderators/${viewer.userId}` };
    },
  ],
  [
    'a performer’s stage names',
    async () => {
      const performer = await asCreator({ role: 'performer' });
      const names = await goAnonymous(performer);
      return { by: performer, method: 'PUT', path: 'performer/profile', body: { ...names, bio: 'I sing.' } };
    },
  ],
  [
    'a performer’s privacy',
    async () => {
      const performer = await asCreator({ role: 'performer' });
      await performer.put('performer/profile', stageNames());
      await anOpenStream(performer);
      const body = {
        unknownCountry: 'deny',
        blockedCountries: ['AT', 'DE'],
        showViewerList: false,
        anonymousMode: true,
      };
      return { by: performer, method: 'PUT', path: 'performer/privacy-settings', body };
    },
  ],
  [
    'the channel’s title and category',
    async () => {
      const { creator } = await aRoom();
      const body = { title: 'Another show', category: 'music' };
      return { by: creator, method: 'PUT', path: 'stream/info', body };
    },
  ],
  [
    'the chat’s settings',
    async () => {
      const { creator } = await aRoom();
      const body = { isChatEnabled: true, slowModeSeconds: 5, blockedWords: ['rude', 'ruder'] };
      return { by: creator, method: 'PUT', path: 'stream/chat-settings', body };
    },
  ],
  [
    'a session’s title',
    async () => {
      const { creator, streamId } = await aRoom();
      return {
        by: creator,
        method: 'PUT',
        path: `sessions/${streamId}`,
        body: { title: 'The same', showViewers: true },
      };
    },
  ],
  [
    'a like that is wanted',
    async () => {
      const postId = await aPost(await asCreator());
      return { by: await asViewer(), method: 'POST', path: `content/posts/${postId}/like`, body: { liked: true } };
    },
  ],
  [
    'a like that is not wanted',
    async () => {
      const [postId, viewer] = [await aPost(await asCreator()), await asViewer()];
      await viewer.post(`content/posts/${postId}/like`, { liked: true });
      return { by: viewer, method: 'POST', path: `content/posts/${postId}/like`, body: { liked: false } };
    },
  ],
  [
    'a post’s text',
    async () => {
      const creator = await asCreator();
      return { by: creator, method: 'PUT', path: `content/posts/${await aPost(creator)}`, body: { text: 'The same' } };
    },
  ],
  [
    'settings',
    async () => {
      const body = { language: 'de', autoplay: false, notifications: { like: { push: true } } };
      return { by: await asViewer(), method: 'PUT', path: 'user/settings', body };
    },
  ],
  [
    'a user’s profile',
    async () => {
      const body = { displayName: 'Ada', bio: 'Hello', links: [{ label: 'Home', url: 'https://ada.test/' }] };
      return { by: await asViewer(), method: 'PUT', path: 'user/profile', body };
    },
  ],
  [
    'a creator’s profile',
    async () => {
      const body = { bio: 'Records', categories: ['music', 'dj'] };
      return { by: await asCreator(), method: 'PUT', path: 'creator/profile', body };
    },
  ],
  [
    'an application that waits',
    async () => {
      const { profile, identity, financial } = applicationRequest();
      const body = { profile: { ...profile, bio: 'I play more records.' }, identity, financial };
      return { by: await asApplicant(), method: 'PUT', path: 'creator/application', body };
    },
  ],
  [
    'tiers',
    async () => {
      const creator = await asCreator();
      const made = await creator.put('payment/tiers', {
        tiers: [{ name: 'Friends', description: '', coinsPerMonth: 100 }],
      });
      const body = {
        tiers: [{ id: made.data.tiers[0].id, name: 'Best friends', description: '', coinsPerMonth: 200 }],
      };
      return { by: creator, method: 'PUT', path: 'payment/tiers', body };
    },
  ],
  [
    'a rank',
    async () => {
      const { userId } = await asUser();
      return { by: await asStaff('owner'), method: 'PUT', path: `admin/staff/${userId}`, body: { rank: 'admin_l1' } };
    },
  ],
  [
    'a corrected country',
    async () => {
      const { userId } = await asUser({ country: 'DE' });
      const body = { country: 'AT', reason: 'A typo' };
      return { by: await asStaff('owner'), method: 'PUT', path: `admin/user/${userId}/country`, body };
    },
  ],
  [
    'an edited room',
    async () => {
      const id = await anOpenStream(await asCreator());
      const body = { title: 'A show', chat: { slowModeSeconds: 30 }, reason: 'Rude title' };
      return { by: await asStaff('admin_l2'), method: 'PUT', path: `admin/room/${id}`, body };
    },
  ],
  [
    'a session that staff cancel',
    async () => {
      const id = await anOpenStream(await asCreator(), { status: 'scheduled' });
      return { by: await asStaff('admin_l2'), method: 'PUT', path: `admin/session/${id}/cancel`, body: {} };
    },
  ],
  [
    'a coin package',
    async () => {
      const { id } = await aPackage();
      return { by: await asStaff('owner'), method: 'PUT', path: `owner/panel/packages/${id}`, body: { name: 'Sack' } };
    },
  ],
  [
    'a discount code',
    async () => {
      const { id } = await aCode();
      const body = { bonusPercent: 12, usesMax: 9 };
      return { by: await asStaff('owner'), method: 'PUT', path: `owner/panel/discounts/${id}`, body };
    },
  ],
  [
    'a decision on an event',
    async () => {
      const id = newId();
      const event = { id, provider: 'stripe', eventId: id, type: 'an.event', state: 'held', receivedAt: 1 } as const;
      await testContext().db.insert(webhookEvents).values(event);
      const body = { decision: 'close', reason: 'Refunded at Stripe.' };
      return { by: await asStaff('owner'), method: 'PUT', path: `admin/webhooks/${id}/decide`, body };
    },
  ],
  [
    'a gift of the catalogue',
    async () => {
      const staff = await asStaff('owner');
      const { data } = await staff.post('owner/panel/gifts', { name: 'Balloon', icon: '🎈', coins: 7 });
      return { by: staff, method: 'PUT', path: `owner/panel/gifts/${data.id}`, body: { name: 'Kite', coins: 8 } };
    },
  ],
  [
    'limits of the economy',
    async () => {
      const body = { gift: { max: 777 } };
      return { by: await asStaff('owner'), method: 'PUT', path: 'owner/panel/economy/limits', body };
    },
  ],
];

describe('a repeated write', () => {
  it.each(REPEATED)('changes nothing and tells nobody: %s', async (_name, prepare) => {
    const write = await prepare();
    const first = await watch(write);
    expect(first.status).toBeLessThan(300);
    expect(first.rowsWritten).toBeGreaterThan(0);
    expect(await watch(write)).toEqual({ ...NOTHING, status: first.status });
  });
});

const IDLE: readonly [string, () => Promise<Write>][] = [
  [
    'an unfollow without a follow',
    async () => {
      const { creator, viewer } = await aRoom();
      return { by: viewer, method: 'DELETE', path: `social/follow/${creator.userId}` };
    },
  ],
  [
    'an unblock without a block',
    async () => {
      const { creator, viewer } = await aRoom();
      return { by: creator, method: 'DELETE', path: `social/block/${viewer.userId}` };
    },
  ],
  ['an unban without a ban', async () => (await aRoom()).moderate('unban')],
  [
    'removing a moderator who is none',
    async () => {
      const { creator, viewer } = await aRoom();
      return { by: creator, method: 'DELETE', path: `stream/moderators/${viewer.userId}` };
    },
  ],
  [
    'no regions where none are blocked',
    async () => {
      const performer = await asCreator({ role: 'performer' });
      await anOpenStream(performer);
      return { by: performer, method: 'PUT', path: 'performer/privacy-settings', body: { blockedCountries: [] } };
    },
  ],
];

describe('a write with nothing to undo', () => {
  it.each(IDLE)('changes nothing and tells nobody: %s', async (_name, prepare) => {
    expect(await watch(await prepare())).toEqual({ ...NOTHING, status: 200 });
  });

  it('asks the room about a time-out, and logs nothing if there was none to end', async () => {
    const { streamId, moderate } = await aRoom();
    expect(await watch(moderate('end-timeout'))).toEqual({ ...NOTHING, status: 200, rooms: [streamId] });
    await watch(moderate('timeout'));
    expect((await watch(moderate('end-timeout'))).rowsWritten).toBeGreaterThan(0);
  });
});
