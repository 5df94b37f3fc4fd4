/** What a reversed decision means for those who reported. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { asReviewer, decided } from '#test/support/decisions';
import { aPost } from '#test/support/posts';
import { asViewer, type Person } from '#test/support/users';
import { newId } from '@/shared/ids';

/** A reporter with three upheld reports. @returns their decisions */
async function withUpheldReports(reporter: Person, staff: Person): Promise<string[]> {
  const subject = await asViewer();
  const ids = [];
  for (let count = 0; count < 3; count += 1) {
    const [id, decisionId] = [newId(), await decided(staff.userId, subject.userId, 'warn')];
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO reports (id, target_type, target_id, subject_id, category, base, fingerprint, status, action, decision_id, resolved_at, created_at)
         VALUES (?, 'user', ?, ?, 'spam', 4, '', 'resolved', 'warn', ?, ?, 1)`,
      ).bind(id, subject.userId, subject.userId, decisionId, Date.now()),
      env.DB.prepare(
        `INSERT INTO report_voices (report_id, reporter_id, category, base, weight, urgency, created_at)
         VALUES (?, ?, 'spam', 4, 1, 0, 1)`,
      ).bind(id, reporter.userId),
    ]);
    ids.push(decisionId);
  }
  return ids;
}

/** Whether this report alone hides the post, as those of reporters with a good record do. */
async function hidesAtOnce(reporter: Person): Promise<boolean> {
  const postId = await aPost(await asViewer());
  const { status } = await reporter.post('reports', { targetType: 'post', targetId: postId, category: 'minor' });
  expect(status).toBe(201);
  return (await env.DB.prepare('SELECT hidden_at FROM posts WHERE id = ?').bind(postId).first('hidden_at')) !== null;
}

it('a report whose decision is reversed no longer counts as upheld for its reporter', async () => {
  const [reporter, staff] = [await asViewer(), await asReviewer('admin_l2')];
  const [decisionId] = await withUpheldReports(reporter, staff);
  expect(await hidesAtOnce(reporter)).toBe(true);
  await env.DB.prepare('UPDATE decisions SET reversed_at = 1, reversed_by = ? WHERE id = ?')
    .bind(staff.userId, decisionId)
    .run();
  expect(await hidesAtOnce(reporter)).toBe(false);
});
