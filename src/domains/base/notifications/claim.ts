/**
 * Checks whether a notification is still true. The statement that writes it into the list contains this condition, so
 * it is atomic. It is checked again before each mail and push. Takes no Context.
 */

import { type SQL, sql } from 'drizzle-orm';
import type { NewNotification, NotificationClaim } from '@/contracts/messages';
import { countsThings, type NotificationKind } from '@/contracts/notification-kinds';
import { users } from '@/domains/base/users/tables';
import { followsCreator, isMemberOf, subscribes } from '@/domains/base/visibility/members';
import { isActiveUser, noBlockBetween } from '@/domains/base/visibility/people';
import { commentLikes, comments, postLikes, posts } from '@/domains/content/posts/tables';
import { streams } from '@/domains/live/streams/tables';
import { purchases } from '@/domains/money/purchases/tables';
import { supportMessages, supportThreads } from '@/domains/operations/support-chat/tables';
import { webhookEvents } from '@/domains/operations/webhooks/tables';

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
  if (actorId !== undefined && countsThings(kind)) conditions.push(isWaiting(kind, actorId));
  else if (actorId !== undefined)
    conditions.push(inSight(userId, actorId), ...notTakenBack(userId, kind, actorId, about));
  if (streamId !== undefined) conditions.push(isLiveFor(userId, streamId));
  if (purchaseId !== undefined)
    conditions.push(sql`EXISTS (SELECT 1 FROM ${purchases} WHERE id = ${purchaseId} AND status = 'processing')`);
  const [postId, ...commentIds] = about;
  if (postId !== undefined)
    conditions.push(sql`EXISTS (SELECT 1 FROM ${posts} WHERE id = ${postId} AND removed_at IS NULL)`);
  for (const id of commentIds)
    conditions.push(sql`EXISTS (SELECT 1 FROM ${comments} WHERE id = ${id} AND removed_at IS NULL)`);
  return sql.join(conditions, sql` AND `);
}

export function isLive(streamId: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${streams} WHERE id = ${streamId} AND status = 'live')`;
}

/** The stream is still live, and this member may still watch it. */
function isLiveFor(userId: string, streamId: string): SQL {
  const creatorId = sql`announced.creator_id`;
  return sql`EXISTS (SELECT 1 FROM ${streams} announced WHERE announced.id = ${streamId} AND announced.status = 'live'
    AND CASE announced.visibility WHEN 'subscribers' THEN ${subscribes(userId, creatorId)}
      ELSE ${isMemberOf(userId, creatorId)} END)`;
}

/** What a notification counts still waits for its reader. */
function isWaiting(kind: NotificationKind, id: string): SQL {
  switch (kind) {
    case 'support-message': // an answer that its user has not read
      return sql`EXISTS (SELECT 1 FROM ${supportMessages} WHERE id = ${id} AND read_at IS NULL)`;
    case 'chat-waiting': // a user's message that nobody has answered
      return sql`EXISTS (SELECT 1 FROM ${supportMessages} AS asked
        JOIN ${supportThreads} AS asking ON asking.id = asked.thread_id AND asking.waiting_id = asked.id
        WHERE asked.id = ${id} AND asking.waiting_since IS NOT NULL)`;
    default: // a provider's event
      return sql`EXISTS (SELECT 1 FROM ${webhookEvents} WHERE id = ${id} AND state IN ('held', 'failed'))`;
  }
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
