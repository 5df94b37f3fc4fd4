/**
 * The challenge of a sign-in that waits for its second factor. A try is spent before the code is compared, and failed
 * challenges are counted per user and day, so a stranger who knows the password cannot try codes without limit. A known
 * device has its own challenges, so a stranger cannot lock it out.
 */
import { and, eq, gt, isNull, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, requireChange } from '@/db/commit';
import { int } from '@/db/sql';
import { newId } from '@/shared/ids';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@/shared/time';
import { signToken, verifyToken } from '@/shared/tokens';
import { authError } from './errors';
import { signInChallenges } from './tables';

const CHALLENGE_MS = 5 * MINUTE_MS;
const ATTEMPTS = 5;
/** 20 × 5 tries a day, with three of a million codes valid at a time: a chance of 1 in 3,000 a day. */
const FAILED_MAX = 20;
/** Includes challenges voided by a new password: a reset gives tries back, but not without limit. */
const FAILED_WITH_VOIDED_MAX = 3 * FAILED_MAX;
/** How long a failed challenge counts. */
export const BUDGET_MS = DAY_MS;
const RETRY_AFTER_SECONDS = HOUR_MS / SECOND_MS;

/**
 * Throws CHALLENGE_LIMIT.
 * @param device the device that signs in, if it is known
 * @param condition must still be true when the batch runs, for example that the password is unchanged
 */
export async function openChallenge(
  ctx: Context,
  userId: string,
  device: string | undefined,
  condition: SQL = sql`TRUE`,
): Promise<string> {
  const id = newId();
  await commit(ctx, [insertChallenge(ctx, id, userId, device ?? null, condition), requireChange(ctx)], {
    refusals: { DEMAND_NOT_MET: challengeLimit },
  });
  return signToken(ctx.config.keys, 'challenge', { jti: id, sub: userId }, CHALLENGE_MS / SECOND_MS, ctx.now());
}

/** Spends one try, even if the code is right. Throws CHALLENGE_INVALID. */
export async function spendChallengeTry(
  ctx: Context,
  token: string,
): Promise<{ id: string; userId: string; device: string | null }> {
  const now = ctx.now();
  const claims = await verifyToken(ctx.config.keys, 'challenge', token, now);
  if (typeof claims?.jti !== 'string') throw authError('CHALLENGE_INVALID');
  const [challenge] = await ctx.db
    .update(signInChallenges)
    .set({ attemptsLeft: sql`${signInChallenges.attemptsLeft} - 1` })
    .where(
      and(
        eq(signInChallenges.id, claims.jti),
        gt(signInChallenges.attemptsLeft, 0),
        gt(signInChallenges.expiresAt, now),
        isNull(signInChallenges.passedAt),
      ),
    )
    .returning({ id: signInChallenges.id, userId: signInChallenges.userId, device: signInChallenges.device });
  if (!challenge) throw authError('CHALLENGE_INVALID');
  return challenge;
}

/** Changes no row if the challenge was already passed, or voided by a new password: put `requireChange` after it. */
export function passChallenge(ctx: Context, id: string): Statement {
  return ctx.db
    .update(signInChallenges)
    .set({ passedAt: ctx.now() })
    .where(and(eq(signInChallenges.id, id), isNull(signInChallenges.passedAt), isNull(signInChallenges.voidedAt)));
}

/** For a new password: a sign-in that began with the old one must not succeed. */
export function voidChallenges(ctx: Context, userId: string): Statement {
  return ctx.db
    .update(signInChallenges)
    .set({ attemptsLeft: 0, voidedAt: ctx.now() })
    .where(
      and(eq(signInChallenges.userId, userId), isNull(signInChallenges.passedAt), isNull(signInChallenges.voidedAt)),
    );
}

/** Inserts nothing if recent challenges of this user and device (or of all unknown devices) failed too often. */
function insertChallenge(ctx: Context, id: string, userId: string, device: string | null, condition: SQL): Statement {
  const now = ctx.now();
  const failed = sql`SELECT count(*) FROM sign_in_challenges
    WHERE user_id = ${userId} AND device IS ${device} AND expires_at > ${now + CHALLENGE_MS - BUDGET_MS} AND passed_at IS NULL`;
  return ctx.db.run(sql`
    INSERT INTO sign_in_challenges (id, user_id, device, attempts_left, expires_at)
    SELECT ${id}, ${userId}, ${device}, ${int(ATTEMPTS)}, ${int(now + CHALLENGE_MS)}
    WHERE ${condition} AND (${failed} AND voided_at IS NULL) < ${FAILED_MAX} AND (${failed}) < ${FAILED_WITH_VOIDED_MAX}`);
}

function challengeLimit() {
  return authError('CHALLENGE_LIMIT', { headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) } });
}
