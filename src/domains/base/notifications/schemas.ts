/** Wire shapes of notifications and of push subscriptions. */
import { z } from '@hono/zod-openapi';
import { NOTIFICATION_KINDS } from '@/contracts/notification-kinds';
import { cursorPageOf } from '@/http/envelope';

export const Notification = z
  .object({
    id: z.string(),
    kind: z.string().openapi({
      description: `One of ${Object.keys(NOTIFICATION_KINDS).join(', ')}. More may be added: show an unknown kind by its title.`,
    }),
    title: z.string(),
    body: z.string(),
    data: z.record(z.string(), z.unknown()).openapi({
      description:
        'Details, such as `streamId` or `postId`. Grouped notifications also have `actorCount` and `actors`, the latest few.',
    }),
    read: z.boolean(),
    createdAt: z.iso
      .datetime()
      .openapi({ description: 'When it was last announced. A grouped notification moves up with each new actor.' }),
  })
  .openapi('Notification');

export const UNREAD_MAX = 100;
const unreadCount = z
  .int()
  .min(0)
  .max(UNREAD_MAX)
  .openapi({ description: `Counted up to ${UNREAD_MAX}.` });

export const NotificationPage = cursorPageOf(Notification)
  .extend({
    unreadCount,
    pushPublicKey: z
      .string()
      .nullable()
      .openapi({ description: 'The `applicationServerKey` for browsers to subscribe with. Null if Web Push is off.' }),
  })
  .openapi('NotificationPage');

export const Unread = z.object({ unreadCount }).openapi('Unread');

const ENDPOINT_CHARACTERS_MAX = 1_000;
const endpoint = z.url({ protocol: /^https$/ }).max(ENDPOINT_CHARACTERS_MAX);
/** Base64url, as `PushSubscription.toJSON()` returns them; some browsers add padding. */
const P256DH = /^[\w-]{87}=?$/;
const AUTH = /^[\w-]{22}(==)?$/;

export const NewPushSubscription = z
  .strictObject({
    endpoint,
    expirationTime: z.number().nullish().openapi({ description: 'Ignored. Accepted because browsers send it.' }),
    keys: z.strictObject({
      p256dh: z.string().regex(P256DH, 'must be 65 bytes as base64url'),
      auth: z.string().regex(AUTH, 'must be 16 bytes as base64url'),
    }),
  })
  .openapi('NewPushSubscription');

export const PushSubscriptionEnd = z.strictObject({ endpoint }).openapi('PushSubscriptionEnd');
