/** Reading and changing one's own profile, which `/user/*` and `/viewer/*` share. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { commit, requireThat } from '@/db/commit';
import { presentUser } from '@/domains/base/users/present';
import { changeUserProfile } from '@/domains/base/users/write';
import { isActiveUser } from '@/domains/base/visibility/people';
import { getAccount } from '@/domains/people/auth/account';
import { authError } from '@/domains/people/auth/errors';
import { httpError } from '@/http/errors';
import type { Actor } from '@/shared/actor';
import { isAtLeastYearsOld } from '@/shared/time';
import { profileError } from './errors';
import type { ProfileRequest } from './schemas';

const AGE_YEARS_MIN = 13;

/** Throws SESSION_ENDED if the account was deleted meanwhile. */
export async function readOwnProfile(ctx: Context, { userId }: Actor) {
  const { user, staff } = await getAccount(ctx, userId);
  return presentUser(user, staff);
}

/**
 * Omitted fields keep their value, so concurrent changes of different fields are both kept. Throws VALIDATION_FAILED,
 * SESSION_ENDED, COUNTRY_SET_BY_STAFF.
 */
export async function changeOwnProfile(ctx: Context, actor: Actor, request: z.output<typeof ProfileRequest>) {
  const { displayName, bio, gender, birthDate, country, links } = request;
  if (birthDate && !isAtLeastYearsOld(birthDate, AGE_YEARS_MIN, ctx.now()))
    throw httpError('VALIDATION_FAILED', {
      details: [
        { path: 'birthDate', message: `must be a date of birth from 1900 on, at least ${AGE_YEARS_MIN} years ago` },
      ],
    });
  const changes = {
    ...(displayName === undefined ? {} : { displayName }),
    ...(bio === undefined ? {} : { bio: bio ?? '' }),
    ...(gender === undefined ? {} : { gender: gender || null }),
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(country === undefined ? {} : { country }),
    ...(links === undefined ? {} : { links: links ?? [] }),
  };
  const isSeenInRooms = displayName !== undefined || country !== undefined;
  if (Object.keys(changes).length > 0)
    await commit(ctx, [requireThat(ctx, isActiveUser(actor.userId)), changeUserProfile(ctx, actor.userId, changes)], {
      events: isSeenInRooms ? [{ kind: 'user-changed', userId: actor.userId }] : [],
      refusals: {
        DEMAND_NOT_MET: () => authError('SESSION_ENDED'),
        COUNTRY_CORRECTED: () => profileError('COUNTRY_SET_BY_STAFF'),
      },
    });
  return readOwnProfile(ctx, actor);
}
