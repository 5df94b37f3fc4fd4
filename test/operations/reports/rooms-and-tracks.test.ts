/** Reports on users' rooms and DJs' tracks, and on what is said in users' rooms. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { testContext } from '#test/support/context';
import { giveCoins, once } from '#test/support/money';
import { aStage } from '#test/support/stages';
import { anOpenStream } from '#test/support/streams';
import { comeIn } from '#test/support/user-rooms';
import { asCreator, asGuide, asStaff, asViewer, type Person } from '#test/support/users';
import { mediaFiles } from '@/domains/base/media/tables';
import { setList, tracks } from '@/domains/live/tracks/tables';
import { userRooms } from '@/domains/live/user-rooms/tables';
import { hideUrgent } from '@/domains/operations/reports/hide-reported';
import { clearKept } from '@/domains/operations/reports/sweep';
import { reports, reportVoices } from '@/domains/operations/reports/tables';
import { newId } from '@/shared/ids';

const report = (reporter: Person, targetType: string, targetId: string, more: Record<string, unknown> = {}) =>
  reporter.post('reports', { targetType, targetId, category: 'spam', ...more });

const resolve = (staff: Person, id: string, action: string) =>
  staff.put(`admin/report/${id}/resolve`, { action, reason: 'Because.' });

const roomRow = (id: string) => testContext().db.select().from(userRooms).where(eq(userRooms.id, id)).get();

describe('a room that is reported', () => {
  it('is evidence with its title, topic and stage, for those who can see it', async () => {
    const [host, speaker, reporter, staff] = [
      await asViewer(),
      await asViewer(),
      await asViewer(),
      await asStaff('admin_l1'),
    ];
    const id = await aStage(host, [speaker], { title: 'Rude words', topic: 'Insults' });
    const made = await report(reporter, 'room', id);
    expect(made.status).toBe(201);
    const { data } = await staff.get(`admin/report/${made.data.id}`);
    expect(data).toMatchObject({ targetType: 'room', targetId: id, subject: { id: host.userId } });
    expect(data.evidence.text).toBe(`Rude words\nInsults\nOn the stage: @${speaker.username}`);
    expect((await report(host, 'room', id)).error.code).toBe('REPORT_OF_YOUR_OWN');
    const isPrivate = await aStage(host, [], { isPrivate: true });
    expect((await report(reporter, 'room', isPrivate)).error.code).toBe('REPORT_TARGET_NOT_FOUND');
    expect((await report(reporter, 'room', newId())).error.code).toBe('REPORT_TARGET_NOT_FOUND');
  });

  it('is a case about whoever wrote its title, also after it was handed over', async () => {
    const [author, heir, reporter, staff] = [
      await asViewer(),
      await asViewer(),
      await asViewer(),
      await asStaff('owner'),
    ];
    const { data: room } = await author.post('rooms', { title: 'Rude words' });
    await (await comeIn(heir, room.id)).welcome();
    expect((await author.put(`rooms/${room.id}/host`, { userId: heir.userId })).status).toBe(200);
    const subjectOf = async () => {
      const { id } = (await report(reporter, 'room', room.id)).data;
      return (await staff.get(`admin/report/${id}`)).data.subject.id;
    };
    expect(await subjectOf()).toBe(author.userId);
    await resolve(staff, (await report(reporter, 'room', room.id)).data.id, 'dismiss');
    await heir.put(`rooms/${room.id}`, { title: 'Other words' });
    expect(await subjectOf()).toBe(heir.userId);
  });

  it('says that it is hidden to its host', async () => {
    const host = await asViewer();
    const id = await aStage(host, [], { hiddenAt: Date.now() });
    expect((await host.get(`rooms/${id}`)).data).toMatchObject({ hidden: true });
    expect((await host.get('rooms/mine')).data.items).toMatchObject([{ id, hidden: true }]);
    expect((await (await asViewer()).get(`rooms/${id}`)).status).toBe(404);
  });

  it('is hidden while it waits if it is urgent, puts people out, and comes back when it is dismissed', async () => {
    const [host, one, other, staff] = [await asViewer(), await asViewer(), await asViewer(), await asStaff('admin_l1')];
    const id = await aStage(host);
    const [mine, seat] = [await comeIn(host, id), await comeIn(other, id)];
    const made = await report(one, 'room', id, { category: 'minor' });
    expect((await roomRow(id))?.hiddenAt).toBeNull();
    await report(other, 'room', id, { category: 'minor' });
    await vi.waitFor(async () => expect((await one.get(`rooms/${id}`)).status).toBe(404));
    expect((await seat.closed()).code).toBe(4404);
    expect(mine.isOpen()).toBe(true);
    expect((await host.get(`rooms/${id}`)).data).toMatchObject({ status: 'open' });
    expect((await resolve(staff, made.data.id, 'dismiss')).status).toBe(200);
    expect((await one.get(`rooms/${id}`)).data).toMatchObject({ status: 'open' });
  });

  it('is closed and gone once it is removed, and comes back closed after an appeal', async () => {
    const [host, reporter, staff, owner] = [
      await asViewer(),
      await asViewer(),
      await asStaff('admin_l2'),
      await asStaff('owner'),
    ];
    const id = await aStage(host, [], { title: 'Rude words' });
    const seat = await comeIn(reporter, id);
    const made = await report(reporter, 'room', id);
    expect((await resolve(staff, made.data.id, 'remove')).status).toBe(200);
    expect(await roomRow(id)).toMatchObject({ status: 'closed', closeReason: 'staff', hiddenAt: expect.any(Number) });
    await seat.closed();
    expect((await reporter.get(`rooms/${id}`)).status).toBe(404);
    const { decision } = (await staff.get(`admin/report/${made.data.id}`)).data;
    const appeal = await host.post('appeals', { decisionId: decision.id, text: 'It was a quotation.' });
    expect(appeal.status).toBe(201);
    const answer = { accept: true, answer: 'You are right.' };
    expect((await owner.put(`admin/appeal/${appeal.data.id}/resolve`, answer)).status).toBe(200);
    expect((await reporter.get(`rooms/${id}`)).data).toMatchObject({ title: 'Rude words', status: 'closed' });
  });

  it('loses its words once no appeal can bring it back', async () => {
    const [host, reporter, staff] = [await asViewer(), await asViewer(), await asStaff('admin_l1')];
    const id = await aStage(host, [], { title: 'Rude words', topic: 'Insults' });
    await resolve(staff, (await report(reporter, 'room', id)).data.id, 'remove');
    await clearKept(testContext());
    expect(await roomRow(id)).toMatchObject({ title: 'Rude words' });
    await testContext().db.update(userRooms).set({ keptUntil: 1 }).where(eq(userRooms.id, id));
    await clearKept(testContext());
    expect(await roomRow(id)).toMatchObject({ title: '', topic: null, keptUntil: null, hiddenAt: expect.any(Number) });
  });
});

describe('what is said in a user’s room', () => {
  it('can be reported as in a stream: messages and the words of gifts, and staff remove them', async () => {
    const [guide, author, reporter, staff] = [
      await asGuide(),
      await asViewer(),
      await asViewer(),
      await asStaff('admin_l1'),
    ];
    await giveCoins(author.userId, 100);
    const roomId = await aStage(guide);
    const said = await author.post(`sessions/${roomId}/chat`, { text: 'A rude message' });
    expect(said.status).toBe(201);
    const gift = await author.post(
      'payment/tip',
      { coins: 10, recipientId: guide.userId, roomId, message: 'A rude gift' },
      once(),
    );
    const message = await report(reporter, 'message', said.data.id, { streamId: roomId });
    const words = await report(reporter, 'gift', gift.data.id);
    expect([message.status, words.status]).toEqual([201, 201]);
    const { data } = await staff.get(`admin/report/${words.data.id}`);
    expect(data).toMatchObject({ streamId: roomId, evidence: { text: 'A rude gift' } });
    for (const { id } of [message.data, words.data]) expect((await resolve(staff, id, 'remove')).status).toBe(200);
    await vi.waitFor(async () => {
      const { items } = (await reporter.get(`stream/chat/${roomId}`)).data;
      expect(items).toMatchObject([{ id: said.data.id, text: '', deleted: true }]);
    });
    expect((await guide.get('payment/gifts-received')).data.items).toMatchObject([{ id: gift.data.id, message: null }]);
  });

  it('is deleted by staff where they see it', async () => {
    const [host, author, staff] = [await asViewer(), await asViewer(), await asStaff('admin_l1')];
    const roomId = await aStage(host);
    const said = await author.post(`sessions/${roomId}/chat`, { text: 'A rude message' });
    expect((await staff.delete(`sessions/${roomId}/chat/${said.data.id}`)).status).toBe(200);
    await vi.waitFor(async () => {
      const { items } = (await host.get(`stream/chat/${roomId}`)).data;
      expect(items).toMatchObject([{ id: said.data.id, deleted: true }]);
    });
  });
});

/** A ready track that plays in a live stream of its DJ. */
async function aPlayingTrack() {
  const ctx = testContext();
  const dj = await asCreator({ role: 'dj' });
  const streamId = await anOpenStream(dj);
  const [id, key] = [newId(), `track/${newId()}.wav`];
  await ctx.db.insert(mediaFiles).values({
    ...{ key, ownerId: dj.userId, kind: 'track', contentType: 'audio/wav', bytes: 10, private: true, createdAt: 1 },
  });
  await ctx.db.insert(tracks).values({
    ...{
      id,
      djId: dj.userId,
      key,
      contentType: 'audio/wav',
      bytes: 10,
      sha256: id,
      title: 'A song',
      artist: 'Somebody',
    },
    ...{ durationMs: 1_000, status: 'ready', scan: 'none', scannedAt: 1, queuedAt: 1, createdAt: 1, updatedAt: 1 },
  });
  await ctx.db.insert(setList).values({
    ...{ id: newId(), streamId, position: 1, trackId: id, title: 'A song', startedAt: 1, hidden: false, changedAt: 1 },
  });
  return { dj, streamId, id, key };
}

const mutedAt = async (id: string) =>
  (await testContext().db.select({ at: tracks.mutedAt }).from(tracks).where(eq(tracks.id, id)).get())?.at ?? null;

describe('a track that is reported', () => {
  it('is evidence with its title and its file, which is held', async () => {
    const { dj, id, key } = await aPlayingTrack();
    const [reporter, staff] = [await asViewer(), await asStaff('admin_l1')];
    const made = await report(reporter, 'track', id);
    const { data } = await staff.get(`admin/report/${made.data.id}`);
    expect(data).toMatchObject({ subject: { id: dj.userId }, streamId: null, evidence: { text: 'A song\nSomebody' } });
    expect(data.evidence.media).toHaveLength(1);
    const holds = await env.DB.prepare('SELECT count(*) AS held FROM media_holds WHERE key = ?')
      .bind(key)
      .first('held');
    expect(holds).toBe(1);
    expect(await mutedAt(id)).toBeNull();
    expect((await report(dj, 'track', id)).error.code).toBe('REPORT_OF_YOUR_OWN');
    expect((await report(reporter, 'track', newId())).error.code).toBe('REPORT_TARGET_NOT_FOUND');
  });

  it('is muted from the first copyright claim on, until staff dismiss it', async () => {
    const { id } = await aPlayingTrack();
    const [reporter, staff] = [await asViewer(), await asStaff('admin_l1')];
    const made = await report(reporter, 'track', id, { category: 'copyright' });
    expect(await mutedAt(id)).toEqual(expect.any(Number));
    expect((await staff.get(`admin/report/${made.data.id}`)).data.hidden).toBe(true);
    expect((await resolve(staff, made.data.id, 'dismiss')).status).toBe(200);
    expect(await mutedAt(id)).toBeNull();
    expect((await report(await asViewer(), 'track', id, { category: 'copyright' })).data.status).toBe('resolved');
    expect(await mutedAt(id)).toBeNull();
  });

  it('stays in its case if its DJ deletes it, and goes once staff dismiss it', async () => {
    const { dj, id } = await aPlayingTrack();
    const staff = await asStaff('admin_l1');
    const made = await report(await asViewer(), 'track', id, { category: 'copyright' });
    expect((await dj.delete(`dj/track/${id}`)).status).toBe(200);
    expect(await mutedAt(id)).toEqual(expect.any(Number));
    expect((await resolve(staff, made.data.id, 'dismiss')).status).toBe(200);
    expect(await testContext().db.select().from(tracks).where(eq(tracks.id, id)).get()).toBeUndefined();
  });

  it('is muted by a claim in a case that was opened for something else, also if the request ended in between', async () => {
    const { id } = await aPlayingTrack();
    const made = await report(await asViewer(), 'track', id);
    const claimant = await asViewer();
    await testContext()
      .db.insert(reportVoices)
      .values({
        ...{ reportId: made.data.id, reporterId: claimant.userId, category: 'copyright' },
        ...{ base: 4, weight: 1, urgency: 0, createdAt: Date.now() },
      });
    await hideUrgent(testContext());
    expect(await mutedAt(id)).toEqual(expect.any(Number));
  });

  it('is muted by somebody who reported it for something else before, once they claim it', async () => {
    const { id } = await aPlayingTrack();
    const [claimant, other, staff] = [await asViewer(), await asViewer(), await asStaff('admin_l1')];
    const made = await report(claimant, 'track', id, { text: 'Noise' });
    const claim = await report(claimant, 'track', id, { category: 'copyright', text: 'It is mine' });
    expect(claim.data).toEqual(made.data);
    expect(await mutedAt(id)).toEqual(expect.any(Number));
    // A claim stays one, and what they say later counts beside it, once.
    await report(claimant, 'track', id, { category: 'spam' });
    await report(claimant, 'track', id, { category: 'hate' });
    const voices = await testContext().db.select().from(reportVoices).where(eq(reportVoices.reportId, made.data.id));
    expect(voices).toMatchObject([{ category: 'copyright', text: 'It is mine', base: 3, weight: 1 }]);
    const [row] = await testContext().db.select().from(reports).where(eq(reports.id, made.data.id));
    expect(row).toMatchObject({ category: 'hate', base: 3, count: 1, weight: 1, urgency: 0 });
    // That decision is not about copyright: the next claim is looked at, and one on the same decision is not.
    expect((await resolve(staff, made.data.id, 'dismiss')).status).toBe(200);
    const next = await report(other, 'track', id, { category: 'copyright' });
    expect(next.data.status).toBe('open');
    expect(await mutedAt(id)).toEqual(expect.any(Number));
    expect((await resolve(staff, next.data.id, 'dismiss')).status).toBe(200);
    expect((await report(await asViewer(), 'track', id, { category: 'copyright' })).data.status).toBe('resolved');
  });

  it('is muted by somebody who reports and claims it at the same time', async () => {
    const { id } = await aPlayingTrack();
    const claimant = await asViewer();
    await Promise.all([report(claimant, 'track', id), report(claimant, 'track', id, { category: 'copyright' })]);
    expect(await mutedAt(id)).toEqual(expect.any(Number));
  });

  it('is not muted by somebody whose reports are dismissed', async () => {
    const { id } = await aPlayingTrack();
    const [reporter, subject] = [await asViewer(), await asViewer()];
    for (const _ of Array(4)) {
      const reportId = newId();
      await testContext()
        .db.insert(reports)
        .values({
          ...{
            id: reportId,
            targetType: 'post',
            targetId: reportId,
            subjectId: subject.userId,
            category: 'spam',
            base: 4,
          },
          ...{ fingerprint: '', status: 'resolved', action: 'dismiss', resolvedAt: 2, createdAt: 1 },
        });
      await testContext()
        .db.insert(reportVoices)
        .values({
          ...{ reportId, reporterId: reporter.userId, category: 'spam', base: 4, weight: 1, urgency: 0, createdAt: 1 },
        });
    }
    expect((await report(reporter, 'track', id, { category: 'copyright' })).status).toBe(201);
    await hideUrgent(testContext());
    expect(await mutedAt(id)).toBeNull();
  });

  it('stays muted once it is removed, and is heard again after an appeal', async () => {
    const { dj, id } = await aPlayingTrack();
    const [reporter, staff, owner] = [await asViewer(), await asStaff('admin_l1'), await asStaff('owner')];
    const made = await report(reporter, 'track', id, { category: 'copyright' });
    await resolve(staff, made.data.id, 'remove');
    expect(await mutedAt(id)).toEqual(expect.any(Number));
    const { decision } = (await staff.get(`admin/report/${made.data.id}`)).data;
    const appeal = await dj.post('appeals', { decisionId: decision.id, text: 'It is my own.' });
    await owner.put(`admin/appeal/${appeal.data.id}/resolve`, { accept: true, answer: 'You are right.' });
    expect(await mutedAt(id)).toBeNull();
  });
});
