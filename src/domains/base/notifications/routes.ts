/** What I am told, and where. */
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
      'Likes of one post gather in one, which is unread again when somebody new comes. That a creator is live is told ' +
      'to who followed them by then, and for two weeks. In every open room of mine each new one comes as ' +
      '`user-notification`. What is told while its kind is off in the app is not listed later either; of creators who ' +
      'go live the choice of now holds. What is deleted, taken back or behind a block is told no more, and what is half ' +
      'a year old is forgotten.',
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
    summary: 'Reach this browser by Web Push',
    description:
      'Takes what `PushSubscription.toJSON()` gives, subscribed with the `pushPublicKey` of `GET /user/notifications`. ' +
      'A browser belongs to who subscribed it last, and is reached as long as the session stands that did: subscribe it ' +
      'again after each sign-in. What arrives is `{ id, kind, title, body, url? }`.',
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
    summary: 'Reach this browser no more',
    who: 'user',
    body: PushSubscriptionEnd,
    response: Nothing,
    handler: async (ctx, { actor, body }) => {
      await unsubscribeFromPush(ctx, actor.userId, body.endpoint);
      return {};
    },
  }),
];
