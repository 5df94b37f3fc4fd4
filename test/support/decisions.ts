/** Decisions of staff for tests, as their use cases make them. */
import { env } from 'cloudflare:workers';
import { commit } from '@/db/commit';
import { decisionOf, recordDecision } from '@/domains/base/decisions/record';
import type { DecisionAction } from '@/domains/base/decisions/tables';
import { getReach } from '@/domains/operations/bans/reach';
import { planStatus } from '@/domains/operations/bans/status-change';
import { testContext } from './context';
import { asStaff, type Person } from './users';

/** Staff act only with a second factor. */
export async function asReviewer(...[rank, traits]: Parameters<typeof asStaff>): Promise<Person> {
  const person = await asStaff(rank, traits);
  await env.DB.prepare('UPDATE users SET totp_enabled_at = coalesce(totp_enabled_at, 1) WHERE id = ?')
    .bind(person.userId)
    .run();
  return person;
}

/** @returns the decision's id */
export async function decided(
  staffId: string,
  subjectId: string,
  action: DecisionAction,
  target: Parameters<typeof decisionOf>[1]['target'] = { type: 'user', id: subjectId },
): Promise<string> {
  const ctx = testContext();
  const decision = decisionOf(ctx, { subjectId, action, rule: 'spam', reason: 'Because.', target, staffId });
  await commit(ctx, [recordDecision(ctx, decision)]);
  return decision.id;
}

/** Bans the user, or suspends them until then (ms). @returns the decision's id */
export async function banned(staffId: string, userId: string, until: number | null = null): Promise<string> {
  const ctx = testContext();
  const status = until === null ? 'banned' : 'suspended';
  const plan = planStatus(ctx, staffId, await getReach(ctx, userId), { status, until, reason: 'Spam in chat.' });
  await commit(ctx, plan.statements, { events: plan.events, refusals: plan.refusals });
  await ctx.settle();
  return plan.decision.id;
}
