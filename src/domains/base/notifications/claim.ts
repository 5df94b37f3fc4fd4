/**
 * Checks whether a notification is still true. The statement that writes it into the list contains this condition, so
 * it is atomic. It is checked again before each mail and push. Takes no Context.
 */

import { type SQL, sql } from 'drizzle-orm';
import type { NewNotification, NotificationClaim } from '@/contracts/messages';
import { countsThings, type NotificationKind, waitsForStaff } from '@/contracts/notification-kinds';
import { users } from '@/domains/base/users/tables';
import { followsCreator, isMemberOf, subscribes } from '@/domains/base/visibility/members';
import { isActiveUser, noBlockBetween } from '@/domains/base/visibility/people';
import { commentLikes, comments, postLikes, posts } from '@/domains/content/posts/tables';
import { streams } from '@/domains/live/streams/tables';
import { purchases } from '@/domains/money/purchases/tables';
import { supportMessages } from '@/domains/operations/support-chat/tables';
import { isWaiting } from './waiting';

export function claimOf({ kind, about, data = {}, gather }: NewNotification): NotificationClaim {
  const actorId =
    gather?.actorId ?? [data.userId, data.senderId, data.subscriberId].find((id) => typeof id === 'string');
  const { purchaseId } = data;
  return {
    kind,
    ...(typeof actorId === 'string' ? { actorId } : {}),
    ...(about ? { about } : {}),
    ...(kind === 'purchase-processing' && typeof purchaseId === 'string' ? { purchaseId } : {}),
  };
}

/** A condition: reader and actor exist and can see each other, the act was not undone, and its subject exists. */
export function stillSo(userId: string, { kind, actorId, streamId, purchaseId, about = [] }: NotificationClaim): SQL {
  const conditions = [sql`EXISTS (SELECT 1 FROM ${users} WHERE id = ${userId} AND status <> 'deleted')`];
  if (actorId !== undefined && waitsForStaff(kind)) conditions.push(isWaiting(kind, actorId));
  else if (actorId !== undefined && kind === 'support-message') conditions.push(isUnread(actorId));
  else if (actorId !== undefined && !countsThings(kind))
    conditions.push(inSight(userId, actorId), ...notTakenBack(userId, kind, actorId, about));
  if (streamId !== undefined) conditions.push(isLiveFor(userId, streamId));
  if (purchaseId !== undefined)
    conditions.push(sql`EXISTS (SELECT 1 FROM ${purchases} WHERE id = ${purchaseId} AND status = 'processing')`);
  const [postId, ...commentIds] = about;
  if (postId !== undefined)
    conditions.push(
      sql`EXISTS (SELECT 1 FROM ${posts} WHERE id = ${postId} AND removed_at IS NULL AND hidden_at IS NULL)`,
    );
  for (const id of commentIds)
    conditions.push(
      sql`EXISTS (SELECT 1 FROM ${comments} WHERE id = ${id} AND removed_at IS NULL AND hidden_at IS NULL)`,
    );
  return sql.join(conditions, sql` AND `);
}

export function isLive(streamId: string | SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM ${streams} WHERE id = ${streamId} AND status = 'live')`;
}

/** The stream is still live, and this member may still watch it. */
function isLiveFor(userId: string, streamId: string): SQL {
  const creatorId = sql`announced.creator_id`;
  return sql`EXISTS (SELECT 1 FROM ${streams} announced WHERE announced.id = ${streamId} AND announced.status = 'live'
    AND announced.hidden_at IS NULL
    AND CASE announced.visibility WHEN 'subscribers' THEN ${subscribes(userId, creatorId)}
      ELSE ${isMemberOf(userId, creatorId)} END)`;
}

/** An answer of support that its user has not read. */
function isUnread(messageId: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${supportMessages} WHERE id = ${messageId} AND read_at IS NULL)`;
}

function inSight(userId: string, actorId: string): SQL {
  return sql`${isActiveUser(actorId)} AND ${noBlockBetween(userId, actorId)}`;
}

function notTakenBack(userId: string, kind: NotificationKind, actorId: string, about: readonly string[]): SQL[] {
  if (kind === 'follower') return [followsCreator(actorId, userId)];
  const id = about.at(-1);
  if (kind !== 'like' || id === undefined) return [];
  return about.length === 1
    ? [sql`EXISTS (SELECT 1 FROM ${postLikes} WHERE post_id = ${id} AND user_id = ${actorId})`]
    : [sql`EXISTS (SELECT 1 FROM ${commentLikes} WHERE comment_id = ${id} AND user_id = ${actorId})`];
}
