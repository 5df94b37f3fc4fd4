/** Wire shapes of notifications and of push subscriptions. */
import { z } from '@hono/zod-openapi';
import { NOTIFICATION_DATA } from '@/contracts/notification-data';
import { countsThings, groupsPeople, NOTIFICATION_KINDS, type NotificationKind } from '@/contracts/notification-kinds';
import { PublicCard } from '@/domains/base/users/schemas';
import { cursorPageOf, orNull } from '@/http/envelope';

/** A notification as readers get it. In rooms there is one kind more: `block-changed`. */
export interface PresentedNotification {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly body: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly actor: z.input<typeof PublicCard> | null;
  readonly read: boolean;
  readonly createdAt: string;
}

const common = {
  id: z.string(),
  title: z.string().openapi({ description: "In the user's `language`, if it is one of the platform's." }),
  body: z.string(),
  actor: orNull(PublicCard).openapi({
    description: 'Who did it, with their current name; of a group, the newest. Null: the platform, or someone hidden.',
  }),
  read: z.boolean(),
  createdAt: z.iso
    .datetime()
    .openapi({ description: 'When it was last announced. A grouped notification moves up with each new actor.' }),
};

const grouped = {
  actorCount: z.int().openapi({ description: 'How many people did it.' }),
  actors: z.array(PublicCard).openapi({ description: 'The latest few, newest first.' }),
};
const counting = { count: z.int().openapi({ description: 'How many there are.' }) };
const namingCreator = { creatorName: z.string().nullable() };

/** What readers get beside the `data` that was written. */
function addedTo(kind: NotificationKind): z.ZodRawShape {
  if (groupsPeople(kind)) return grouped;
  if (kind === 'subscription-short' || kind === 'subscription-ended') return namingCreator;
  return countsThings(kind) ? counting : {};
}

/** Every field may be missing, since rows of older versions have fewer. */
function dataOf(kind: NotificationKind): z.ZodObject {
  const written: z.ZodObject = NOTIFICATION_DATA[kind];
  const shown = 'actorId' in written.shape ? written.omit({ actorId: true }) : written;
  return shown.extend(addedTo(kind)).partial();
}

const KINDS = Object.keys(NOTIFICATION_KINDS) as NotificationKind[]; // its own keys

/** The wire shape of each kind's `data`. */
const WIRE_DATA = Object.fromEntries(KINDS.map((kind) => [kind, dataOf(kind)])) as Readonly<
  Record<NotificationKind, z.ZodObject>
>; // one entry for each kind

/** `ticket-reply` → `TicketReplyNotification` */
function shapeName(kind: NotificationKind): string {
  const words = kind.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Notification`;
}

const shapes = KINDS.map((kind) =>
  z.object({ ...common, kind: z.literal(kind), data: WIRE_DATA[kind] }).openapi(shapeName(kind)),
);

const [first, ...others] = shapes;
if (!first) throw new Error('There are no kinds of notification');

/** NOTE: the union is built from a list, so TypeScript does not know its members. */
export const Notification = z.discriminatedUnion('kind', [first, ...others]).openapi('Notification', {
  description:
    '`data` differs by `kind`: ids to open what it is about, and the names and amounts of the sentence. Notifications ' +
    'of older versions lack some of its fields. More kinds may be added: show an unknown kind by its title.',
}) as unknown as z.ZodType<PresentedNotification>;

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
const endpoint = z
  .url({ protocol: /^https$/, error: 'must be an https URL of a push service' })
  .max(ENDPOINT_CHARACTERS_MAX);
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
