/** The staff log is only added to; what it says of a user goes with the user. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { asApplicant } from '#test/support/applications';
import { testContext } from '#test/support/context';
import { aPost } from '#test/support/posts';
import { sweepOut } from '#test/support/queues';
import { aStream } from '#test/support/streams';
import { asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import { commit } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { eraseAccounts } from '@/domains/operations/privacy/erase';

interface Row {
  readonly action: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly reason: string | null;
}

async function logOf(staffId: string): Promise<Row[]> {
  const { results } = await env.DB.prepare(
    'SELECT action, before, after, reason FROM staff_log WHERE staff_id = ? ORDER BY id',
  )
    .bind(staffId)
    .all<Row>();
  return results;
}

async function end(...people: readonly Person[]): Promise<void> {
  const ids = JSON.stringify(people.map(({ userId }) => userId));
  await env.DB.prepare('UPDATE users SET deletes_at = 1 WHERE id IN (SELECT value FROM json_each(?))').bind(ids).run();
  const ctx = testContext();
  await sweepOut(eraseAccounts, ctx);
  await ctx.settle();
}

const rowOf = (staffId: string, subjectId: string) => ({
  ...{ staffId, subjectId, action: 'post.delete', targetType: 'post', targetId: 'p' },
  ...{ before: { text: 'A secret.' }, reason: 'A secret.' },
});

describe('when an account ends, the staff log', () => {
  it('keeps who did what, and nothing that was removed or said of the user', async () => {
    const [leaver, stayer, staff] = [await asApplicant(), await asViewer(), await asStaff('owner')];
    const streamId = await aStream(await asCreator());
    for (const person of [leaver, stayer]) {
      const postId = await aPost(person, { text: `A secret of ${person.userId}.` });
      const { data } = await person.post('content/comments', { postId, text: `It is ${person.userId}.` });
      await staff.delete(`content/comments/${data.id}`);
      await staff.delete(`content/posts/${postId}`);
      await staff.post(`stream/${streamId}/moderation`, { action: 'ban', userId: person.userId, reason: 'Rude.' });
      await staff.put(`admin/user/${person.userId}/country`, { country: 'DE', reason: 'Seen in Berlin.' });
    }
    await staff.put(`admin/creator-applications/${leaver.applicationId}/reject`, { reason: 'No Ada Lovelace.' });
    const before = await logOf(staff.userId);
    expect(before).toHaveLength(9);

    await end(leaver);
    const after = await logOf(staff.userId);
    expect(after.map(({ action }) => action)).toEqual(before.map(({ action }) => action));
    const isBlank = ({ before: was, after: is, reason }: Row) => [was, is, reason].every((field) => field === null);
    expect(after.map(isBlank)).toEqual([...Array(4).fill(true), ...Array(4).fill(false), true]);
    expect(after.filter((row) => !isBlank(row))).toEqual(before.slice(4, 8));
  });

  it('keeps what the account did as staff', async () => {
    const [leaver, viewer] = [await asStaff('admin_l1'), await asViewer()];
    await leaver.delete(`content/posts/${await aPost(viewer)}`);
    await end(leaver);
    expect(await logOf(leaver.userId)).toMatchObject([{ action: 'post.delete', before: expect.any(String) }]);
  });

  it('leaves out text of the account that was read before the end', async () => {
    const [leaver, staff] = [await asViewer(), await asStaff('owner')];
    await end(leaver);
    const ctx = testContext();
    await commit(ctx, [logStaff(ctx, rowOf(staff.userId, leaver.userId))]);
    expect(await logOf(staff.userId)).toEqual([{ action: 'post.delete', before: null, after: null, reason: null }]);
  });
});

describe('a row of the staff log', () => {
  it.each([
    'DELETE FROM staff_log WHERE id = ?1',
    "UPDATE staff_log SET reason = 'Another.' WHERE id = ?1",
    'UPDATE staff_log SET before = NULL, after = NULL, reason = NULL, subject_id = NULL WHERE id = ?1',
    "UPDATE staff_log SET action = 'nothing' WHERE id = ?1",
  ])('is kept as it was written: %s', async (statement) => {
    const [subject, staff] = [await asViewer(), await asStaff('owner')];
    const ctx = testContext();
    const id = crypto.randomUUID();
    await commit(ctx, [logStaff(ctx, { id, ...rowOf(staff.userId, subject.userId) })]);
    await expect(env.DB.prepare(statement).bind(id).run()).rejects.toThrow('STAFF_LOG_IS_KEPT');
  });

  it('is not replaced by another with the same id', async () => {
    const [subject, staff] = [await asViewer(), await asStaff('owner')];
    const ctx = testContext();
    const id = crypto.randomUUID();
    await commit(ctx, [logStaff(ctx, { id, ...rowOf(staff.userId, subject.userId) })]);
    await env.DB.prepare(
      `INSERT OR REPLACE INTO staff_log (id, staff_id, action, target_type, target_id, created_at)
       VALUES (?1, ?2, 'nothing', 'post', 'p', 1)`,
    )
      .bind(id, staff.userId)
      .run();
    expect(await logOf(staff.userId)).toMatchObject([{ action: 'post.delete', reason: 'A secret.' }]);
  });

  it('is not edited when its subject has ended, but blanked', async () => {
    const [subject, staff] = [await asViewer(), await asStaff('owner')];
    const ctx = testContext();
    const id = crypto.randomUUID();
    await commit(ctx, [logStaff(ctx, { id, ...rowOf(staff.userId, subject.userId) })]);
    await env.DB.prepare("UPDATE users SET status = 'deleted' WHERE id = ?").bind(subject.userId).run();
    for (const change of ["reason = 'Another.'", "action = 'nothing', before = NULL, reason = NULL, subject_id = NULL"])
      await expect(env.DB.prepare(`UPDATE staff_log SET ${change} WHERE id = ?`).bind(id).run()).rejects.toThrow(
        'STAFF_LOG_IS_KEPT',
      );
  });
});
