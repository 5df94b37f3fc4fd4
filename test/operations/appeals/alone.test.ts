/** In a file of its own, since there is only one member of staff. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { asReviewer, decided } from '#test/support/decisions';
import { asViewer } from '#test/support/users';

it('the one who decided answers the appeal if nobody else can, and the log says so', async () => {
  const [owner, me] = [await asReviewer('owner'), await asViewer()];
  const { data } = await me.post('appeals', {
    decisionId: await decided(owner.userId, me.userId, 'warn'),
    text: 'Please look again.',
  });
  const answer = { accept: true, answer: 'You are right.' };
  expect((await owner.put(`admin/appeal/${data.id}/resolve`, answer)).data.status).toBe('accepted');
  const after = await env.DB.prepare('SELECT after FROM staff_log WHERE target_id = ?').bind(data.id).first('after');
  expect(JSON.parse(String(after))).toEqual({ status: 'accepted', nobodyElseCouldAnswer: true });
});
