/** A user's notifications, and the browsers that receive them by Web Push. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorQuery, Nothing } from '@/http/envelope';
import { notificationError } from './errors';
import { listNotifications } from './list';
import { markAllRead, markRead } from './mark-read';
import { subscribeToPush, unsubscribeFromPush } from './push';
import { NewPushSubscription, NotificationPage, PushSubscriptionEnd, Unread } from './schemas';

export const notificationEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listNotifications',
    method: 'get',
    path: '/user/notifications',
    tag: 'user',
    summary: 'My notifications, newest first, with the unread count',
    description:
      'Likes of one post form one notification, which becomes unread again when someone new likes it. ' +
      'A creator going live is listed for two weeks, for users who followed them at that time. Each new notification is ' +
      'also sent to your open rooms as `user-notification`. A notification whose kind was turned off in the app is never ' +
      'listed, even if you turn the kind on later; for creators going live, your current choice counts. A notification ' +
      'disappears when its subject is deleted, withdrawn or blocked, and after half a year.',
    who: 'user',
    query: z.strictObject(cursorQuery),
    response: NotificationPage,
    handler: (ctx, { actor, query }) => listNotifications(ctx, actor.userId, query),
  }),
  endpoint({
    operationId: 'markNotificationRead',
    method: 'put',
    path: '/user/notifications/{id}/read',
    tag: 'user',
    summary: 'Mark a notification as read',
    who: 'user',
    params: z.strictObject({ id: z.string().min(1) }),
    response: Unread,
    refusals: [notificationError.NOTIFICATION_NOT_FOUND],
    handler: (ctx, { actor, params }) => markRead(ctx, actor.userId, params.id),
  }),
  endpoint({
    operationId: 'markAllNotificationsRead',
    method: 'put',
    path: '/user/notifications/read-all',
    tag: 'user',
    summary: 'Mark all as read',
    who: 'user',
    response: Unread,
    handler: (ctx, { actor }) => markAllRead(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'subscribeToPush',
    method: 'post',
    path: '/user/push',
    tag: 'user',
    summary: 'Send notifications to this browser by Web Push',
    description:
      'Takes the result of `PushSubscription.toJSON()`, subscribed with the `pushPublicKey` of `GET /user/notifications`. ' +
      'A browser belongs to the user who subscribed it last. It gets pushes until the session that subscribed it ends, ' +
      'so subscribe it again after each sign-in. Each push contains `{ id, kind, title, body, url? }`.',
    who: 'user',
    body: NewPushSubscription,
    response: Nothing,
    status: 201,
    refusals: [
      notificationError.PUSH_KEYS_INVALID,
      notificationError.PUSH_HOST_UNKNOWN,
      notificationError.PUSH_UNAVAILABLE,
    ],
    handler: async (ctx, { actor, body }) => {
      await subscribeToPush(ctx, actor, body);
      return {};
    },
  }),
  endpoint({
    operationId: 'unsubscribeFromPush',
    method: 'delete',
    path: '/user/push',
    tag: 'user',
    summary: 'Stop sending notifications to this browser',
    who: 'user',
    body: PushSubscriptionEnd,
    response: Nothing,
    handler: async (ctx, { actor, body }) => {
      await unsubscribeFromPush(ctx, actor.userId, body.endpoint);
      return {};
    },
  }),
];
