/** People for tests, put straight into the database: signing up costs a quarter of a second of scrypt each. */

import { staff } from '@/domains/base/permissions/tables';
import { users } from '@/domains/base/users/tables';
import { channels } from '@/domains/live/channels/tables';
import { newSession } from '@/domains/people/auth/sessions';
import { guideTerms } from '@/domains/people/guides/tables';
import type { Actor, CreatorStatus, GuideStatus, Permission, Rank, Role } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { type Client, client } from './api';
import { testContext } from './context';

export interface Person extends Client {
  userId: string;
  username: string;
  email: string;
  sessionId: string;
  accessToken: string;
  refreshToken: string;
  sessionToken: string;
}

interface Traits {
  role?: Role;
  creatorStatus?: CreatorStatus;
  guideStatus?: GuideStatus;
  rank?: Rank;
  granted?: Permission[];
  denied?: Permission[];
  country?: string;
  verified?: boolean;
  /** On for everyone with a rank, unless it says otherwise: a rank is dormant without it. */
  twoFactor?: boolean;
  /** Now, unless it says otherwise: less is allowed on the first day. */
  createdAt?: number;
}

export async function asUser(traits: Traits = {}): Promise<Person> {
  const ctx = testContext();
  const userId = newId();
  const username = `u_${userId.replaceAll('-', '').slice(-20)}`;
  const email = `${username}@footlight.test`;
  const { role = 'viewer', creatorStatus = 'NONE', rank, granted = [], denied = [], country = null } = traits;
  const now = ctx.now();
  const person = rank ? { rank, granted, denied, country } : null;
  const verified = traits.verified !== false;
  const twoFactor = traits.twoFactor ?? rank !== undefined;
  const { insert, tokens, sessionId } = await newSession(
    ctx,
    { userId, email, verified, role, creatorStatus, staff: twoFactor ? person : null },
    'test',
  );
  await ctx.db.batch([
    ctx.db.insert(users).values({
      id: userId,
      email,
      emailKey: email,
      username,
      displayName: username,
      role,
      creatorStatus,
      guideStatus: traits.guideStatus ?? 'NONE',
      country,
      emailVerifiedAt: verified ? now : null,
      totpEnabledAt: twoFactor ? now : null,
      createdAt: traits.createdAt ?? now,
      updatedAt: now,
    }),
    insert,
  ]);
  if (traits.guideStatus === 'APPROVED') await ctx.db.insert(guideTerms).values({ userId, fromAt: 0 });
  if (person) await ctx.db.insert(staff).values({ userId, ...person, createdAt: now, updatedAt: now });
  return {
    ...client({ authorization: `Bearer ${tokens.accessToken}` }),
    userId,
    username,
    email,
    sessionId,
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken,
    sessionToken: tokens.token,
  };
}

export const asViewer = () => asUser();
export const asStaff = (rank: Rank, traits: Omit<Traits, 'rank'> = {}) => asUser({ ...traits, rank });

/** An approved creator with a channel. */
export async function asCreator(traits: Traits = {}): Promise<Person & { channelId: string }> {
  const creator = await asUser({ role: 'creator', creatorStatus: 'APPROVED', ...traits });
  const ctx = testContext();
  const channelId = newId();
  const now = ctx.now();
  await ctx.db
    .insert(channels)
    .values({ id: channelId, creatorId: creator.userId, title: 'A show', createdAt: now, updatedAt: now });
  return { ...creator, channelId };
}

/** An approved guide, from the beginning of time. */
export const asGuide = (traits: Traits = {}) => asUser({ guideStatus: 'APPROVED', ...traits });

/** As the guard knows a viewer, for use cases that are called by hand. */
export function actorOf({ userId, email }: Pick<Person, 'userId' | 'email'>): Actor {
  return {
    kind: 'user',
    userId,
    email,
    sessionId: '',
    verified: true,
    role: 'viewer',
    creatorStatus: 'NONE',
    staff: null,
  };
}

export const asDj = () => asCreator({ role: 'dj' });
