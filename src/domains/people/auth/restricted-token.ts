/**
 * The restricted token: what a banned user gets instead of a session once they have proved who they are. Only endpoints
 * declared `restricted` accept it, and only as long as the account is banned.
 */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { decisions } from '@/domains/base/decisions/tables';
import type { UserRow } from '@/domains/base/users/tables';
import { MINUTE_MS, SECOND_MS, toIso, toIsoOrNull } from '@/shared/time';
import { signToken, verifyToken } from '@/shared/tokens';
import { authError } from './errors';

const RESTRICTED_SECONDS = (15 * MINUTE_MS) / SECOND_MS;

type Banned = Pick<UserRow, 'id' | 'bannedUntil' | 'banDecisionId'>;

/** Returns ACCOUNT_BANNED with why and until when. @param proved whether the user has just proved who they are */
export async function accountBanned(ctx: Context, { id, bannedUntil, banDecisionId }: Banned, proved: boolean) {
  const [decision, restrictedToken] = await Promise.all([
    ctx.db
      .select({ reason: decisions.reason })
      .from(decisions)
      .where(eq(decisions.id, sql`${banDecisionId}`))
      .get(),
    proved ? signRestrictedToken(ctx, id) : undefined,
  ]);
  const until = toIsoOrNull(bannedUntil);
  return authError('ACCOUNT_BANNED', {
    ...(bannedUntil === null ? {} : { message: suspendedMessage(ctx, bannedUntil) }),
    details: {
      ...{ reason: decision?.reason ?? null, until, decisionId: banDecisionId },
      ...(restrictedToken === undefined ? {} : { restrictedToken }),
    },
  });
}

/** A sweep lifts what has ended, every minute, together with what the suspension paused. */
function suspendedMessage(ctx: Context, until: number): string {
  return until <= ctx.now()
    ? 'The suspension of this account has just ended. You can sign in within a minute.'
    : `This account is suspended until ${toIso(until)}.`;
}

function signRestrictedToken(ctx: Context, userId: string): Promise<string> {
  return signToken(ctx.config.keys, 'restricted', { sub: userId }, RESTRICTED_SECONDS, ctx.now());
}

/** Returns the user's id. Undefined if the token is not ours or has expired. */
export async function readRestrictedToken(ctx: Context, token: string): Promise<string | undefined> {
  const claims = await verifyToken(ctx.config.keys, 'restricted', token, ctx.now());
  return typeof claims?.sub === 'string' ? claims.sub : undefined;
}
