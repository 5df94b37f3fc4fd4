/** Wire shapes of rooms that users open. */
import { z } from '@hono/zod-openapi';
import { SCREENING_CONTROLS } from '@/contracts/room-command';
import { Screening } from '@/contracts/screening';
import { languageTag } from '@/domains/base/settings/schemas';
import { PublicCard } from '@/domains/base/users/schemas';
import { anId, Joined } from '@/domains/live/rooms/schemas';
import { RoomYou } from '@/domains/live/rooms/you';
import { ScreeningQueue } from '@/domains/live/screenings/schemas';
import { cursorPageOf, cursorQuery, pageOf, pageQuery } from '@/http/envelope';
import { aLine, optionalSearchText } from '@/http/fields';
import { foldId } from '@/http/fold-ids';

const TITLE_CHARACTERS_MAX = 100;
const TOPIC_CHARACTERS_MAX = 60;
/** Must be what `user_rooms` allows. */
const MEMBERS_MIN = 2;
export const MEMBERS_MAX = 5_000;
const MEMBERS_DEFAULT = 500;
const CO_HOSTS_MAX = 10;

const title = aLine(TITLE_CHARACTERS_MAX);
const topic = aLine(TOPIC_CHARACTERS_MAX).nullable();
const maxMembers = z
  .int()
  .min(MEMBERS_MIN)
  .max(MEMBERS_MAX)
  .openapi({ description: 'The most people at once. A place is kept for the host.' });

export const NewRoom = z
  .strictObject({
    title,
    topic: topic.default(null),
    language: languageTag.nullable().default(null),
    isPrivate: z.boolean().default(false).openapi({ description: 'Only the members that you let in may enter.' }),
    maxMembers: maxMembers.default(MEMBERS_DEFAULT),
  })
  .openapi('NewRoom');

/** What only the host changes. Left out: it stays. */
export const RoomChanges = z
  .strictObject({
    title,
    topic,
    language: languageTag.nullable(),
    isPrivate: z.boolean(),
    maxMembers,
    coHosts: z.array(anId.overwrite(foldId)).max(CO_HOSTS_MAX).openapi({
      description:
        'All of them, by user id. The one who has been co-host the longest takes over if the host is gone for a minute.',
    }),
    stageLocked: z.boolean().openapi({ description: 'Nobody can ask to speak. Invitations still work.' }),
    control: z.enum(SCREENING_CONTROLS).openapi({ description: 'Who controls a screening.' }),
    waitForAll: z.boolean().openapi({ description: 'A screening waits for viewers who are buffering.' }),
    queue: ScreeningQueue,
  })
  .partial()
  .openapi('RoomChanges');

export const STAGE_ACTIONS = ['request', 'withdraw', 'accept', 'decline', 'leave', 'mute', 'unmute'] as const;
export type StageAction = (typeof STAGE_ACTIONS)[number];
export const StageRequest = z.strictObject({ action: z.enum(STAGE_ACTIONS) }).openapi('StageRequest');

/** `unmute` is refused with the reason. */
export const STAGE_HOST_ACTIONS = ['approve', 'mute', 'remove', 'unmute'] as const;
export type StageHostAction = (typeof STAGE_HOST_ACTIONS)[number];
export const StageDecision = z.strictObject({ action: z.enum(STAGE_HOST_ACTIONS) }).openapi('StageDecision');

export const NamedUser = z.strictObject({ userId: anId }).openapi('NamedUser');

export const RoomListQuery = z.object({
  q: optionalSearchText,
  topic: optionalSearchText,
  language: languageTag.optional(),
  ...pageQuery,
});
export const MyRoomsQuery = z.object(cursorQuery);

export const Speaker = PublicCard.extend({ muted: z.boolean() }).openapi('Speaker');

export const Room = z
  .object({
    id: z.uuid(),
    title: z.string(),
    topic: z.string().nullable(),
    language: z.string().nullable(),
    isPrivate: z.boolean(),
    maxMembers: z.int(),
    creator: PublicCard,
    host: PublicCard,
    coHosts: z.array(PublicCard),
    speakers: z.array(Speaker).openapi({ description: 'Who is on the stage beside the host, in order.' }),
    requests: z
      .array(PublicCard.extend({ at: z.iso.datetime() }))
      .optional()
      .openapi({ description: 'Only for the host and co-hosts: who asks to speak, in the order of the queue.' }),
    members: z
      .array(PublicCard)
      .optional()
      .openapi({ description: 'Only in `GET /rooms/{id}`, for the host: who may enter while the room is private.' }),
    listenerCount: z.int(),
    stageLocked: z.boolean(),
    control: z.enum(SCREENING_CONTROLS),
    waitForAll: z.boolean(),
    status: z.enum(['open', 'closed']),
    closeReason: z.string().nullable(),
    createdAt: z.iso.datetime(),
    closedAt: z.iso.datetime().nullable(),
    hidden: z
      .literal(true)
      .optional()
      .openapi({
        description:
          'Staff look at a report about it, or removed it: only its host and staff see it, and whoever opened it, ' +
          'in `GET /rooms/mine`.',
      }),
    screening: Screening.optional(),
  })
  .openapi('Room');

export const RoomList = pageOf(Room);
export const MyRooms = cursorPageOf(Room);
export const RoomPosition = z.tuple([z.uuid()]);

export const JoinedRoom = Joined.extend({ you: RoomYou }).openapi('JoinedRoom');

export const ById = z.strictObject({ id: anId });
export const ByIdAndUser = z.strictObject({ id: anId, userId: anId });
