/** Staff who lost their rank after their request began: the batch of the write says so, and nothing of it happens. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { beforeAll, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { aPost } from '#test/support/posts';
import { aStage } from '#test/support/stages';
import { aStream } from '#test/support/streams';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import type { Context } from '@/contracts/context';
import { staffLog } from '@/domains/base/permissions/tables';
import { addNote } from '@/domains/operations/bans/notes';
import { setStatus } from '@/domains/operations/bans/set-status';
import { assignReport } from '@/domains/operations/reports/assign';
import { resolveReport } from '@/domains/operations/reports/resolve';
import { correctCountry } from '@/domains/operations/staff/correct-country';
import { rankStaff } from '@/domains/operations/staff/members';
import { cancelAnySession, editAnyRoom } from '@/domains/operations/staff/rooms';
import { approveGuide, rejectGuide, suspendGuide } from '@/domains/people/guides/review';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';

const things = { user: '', member: '', reviewer: '', stream: '', room: '', report: '', pending: '', approved: '' };

beforeAll(async () => {
  const [host, creator, author, reporter] = [await asViewer(), await asCreator(), await asViewer(), await asViewer()];
  things.user = (await asViewer()).userId;
  things.member = (await asStaff('support')).userId;
  things.reviewer = (await asStaff('admin_l1')).userId;
  things.stream = await aStream(creator);
  things.room = await aStage(host);
  const post = await aPost(author);
  things.report = (await reporter.post('reports', { targetType: 'post', targetId: post, category: 'spam' })).data.id;
  things.pending = await anApplication('PENDING');
  things.approved = await anApplication('APPROVED');
});

async function anApplication(status: 'PENDING' | 'APPROVED'): Promise<string> {
  const [id, { userId }] = [newId(), await asUser({ guideStatus: status })];
  const decidedAt = status === 'PENDING' ? null : 1;
  await env.DB.prepare(
    `INSERT INTO guide_applications (id, user_id, status, motivation, languages, submitted_at, approved_at, decided_at)
     VALUES (?1, ?2, ?3, 'I talk.', '["en"]', 1, ?4, ?4)`,
  )
    .bind(id, userId, status, decidedAt)
    .run();
  return id;
}

/** Someone whose request began with a high rank, and who has a low one now. */
async function demoted(): Promise<{ person: Person; actor: Actor }> {
  const person = await asStaff('support');
  const staff = { rank: 'owner', granted: [], denied: [], country: null } as const;
  return { person, actor: { ...person, kind: 'user', verified: true, role: 'viewer', creatorStatus: 'NONE', staff } };
}

const reason = 'Because.';

it.each<[string, string, (ctx: Context, actor: Actor) => Promise<unknown>]>([
  [
    'a status',
    'STATUS_CHANGED',
    (ctx, actor) =>
      setStatus(ctx, actor, things.user, { status: 'banned', reason, deleteMessages: false, rule: 'other' }),
  ],
  ['a note', 'STATUS_CHANGED', (ctx, actor) => addNote(ctx, actor, things.user, 'Look at this.')],
  ['a rank', 'STAFF_CHANGED', (ctx, actor) => rankStaff(ctx, actor, things.member, { rank: 'admin_l1' })],
  ['a country', 'COUNTRY_CHANGED', (ctx, actor) => correctCountry(ctx, actor, things.user, { country: 'DE', reason })],
  [
    'the edit of a stream',
    'CHANGED_MEANWHILE',
    (ctx, actor) => editAnyRoom(ctx, actor, things.stream, { title: 'Mine' }),
  ],
  ['the end of a stream', 'CHANGED_MEANWHILE', (ctx, actor) => cancelAnySession(ctx, actor, things.stream, reason)],
  [
    "the edit of a user's room",
    'ROOM_CHANGED',
    (ctx, actor) => editAnyRoom(ctx, actor, things.room, { title: 'Mine' }),
  ],
  [
    "the end of a user's room",
    'ROOM_CHANGED',
    (ctx, actor) => editAnyRoom(ctx, actor, things.room, { status: 'closed' }),
  ],
  ['an assignment', 'REPORT_CHANGED', (ctx, actor) => assignReport(ctx, actor, things.report, things.reviewer)],
  [
    'a resolution',
    'CHANGED_MEANWHILE',
    (ctx, actor) => resolveReport(ctx, actor, things.report, { action: 'dismiss', reason }),
  ],
  ['the approval of a guide', 'GUIDE_APPLICATION_DECIDED', (ctx, actor) => approveGuide(ctx, actor, things.pending)],
  [
    'the rejection of a guide',
    'GUIDE_APPLICATION_DECIDED',
    (ctx, actor) => rejectGuide(ctx, actor, things.pending, reason),
  ],
  [
    'the suspension of a guide',
    'GUIDE_APPLICATION_DECIDED',
    (ctx, actor) => suspendGuide(ctx, actor, things.approved, { reason, withdraw: false }),
  ],
])('%s is refused to staff who lost their rank meanwhile, and leaves no trace', async (_, code, write) => {
  const { person, actor } = await demoted();
  await expect(write(testContext(), actor)).rejects.toMatchObject({ code });
  const logged = await testContext().db.select().from(staffLog).where(eq(staffLog.staffId, person.userId));
  expect(logged).toEqual([]);
});
