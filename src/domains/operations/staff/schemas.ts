import { z } from '@hono/zod-openapi';
import { aCountry } from '@/contracts/codes';
import { VISIBILITIES } from '@/contracts/room-command';
import { PublicCard } from '@/domains/base/users/schemas';
import { aboutShow } from '@/domains/live/streams/schemas';
import { ChatSettings } from '@/domains/live/studio/schemas';
import { NewRoom } from '@/domains/live/user-rooms/schemas';
import { dayRangeQuery } from '@/http/day-range';
import { cursorPageOf, cursorQuery } from '@/http/envelope';
import { aLine, aText } from '@/http/fields';
import { PERMISSIONS, RANKS } from '@/shared/actor';

const REASON_CHARACTERS_MAX = 500;

const country = aCountry;

const Permissions = z.array(z.enum(PERMISSIONS)).max(PERMISSIONS.length);

export const StaffMember = z
  .object({
    user: PublicCard,
    rank: z.enum(RANKS).nullable().describe('Null: not staff.'),
    granted: Permissions.describe('Permissions added to those of the rank.'),
    denied: Permissions.describe('Permissions removed from those of the rank.'),
    permissions: Permissions.describe('The resulting permissions: those of the rank, plus `granted`, minus `denied`.'),
    country: z.string().nullable().describe('The country a country admin acts in.'),
  })
  .openapi('StaffMember');

export const StaffRequest = z
  .strictObject({
    rank: z.enum(RANKS).nullable().describe('Null removes the rank. Nobody can be given `owner`.'),
    granted: Permissions.optional(),
    denied: Permissions.optional(),
    country: country.optional().describe('Required for a country admin; not allowed otherwise.'),
  })
  .superRefine(({ rank, granted = [], denied = [], country }, issue) => {
    const refuse = (path: string, message: string) => issue.addIssue({ code: 'custom', path: [path], message });
    if (rank === null) {
      if (granted.length > 0) refuse('granted', 'goes with a rank');
      if (denied.length > 0) refuse('denied', 'goes with a rank');
    }
    if (country !== undefined && rank !== 'country_admin') refuse('country', 'only a country admin has one');
    if (granted.some((permission) => denied.includes(permission))) refuse('denied', 'also stands in granted');
  })
  .openapi('StaffRequest');

export const CountryCorrection = z
  .strictObject({
    country: country.nullable().describe('Null lets the user declare one again.'),
    reason: aText(REASON_CHARACTERS_MAX, 1).describe('Written to the staff log.'),
  })
  .openapi('CountryCorrection');

export const CorrectedCountry = z
  .object({
    user: PublicCard,
    country: z.string().nullable(),
    corrected: z.boolean().describe('Whether only staff can change it from now on.'),
  })
  .openapi('CorrectedCountry');

/** The cursor position: the last user id of a page. */
export const CursorPosition = z.tuple([z.string()]);

const anId = z.string().min(1).max(64);
const aWord = aLine(64);

export const StaffLogQuery = z.strictObject({
  staffId: anId.optional().describe('The member of staff who acted.'),
  action: aWord.optional().describe('`user.country`, done or refused.'),
  targetType: aWord.optional(),
  targetId: anId.optional(),
  subjectId: anId.optional().describe('The user whom the action was about.'),
  outcome: z.enum(['done', 'refused']).optional(),
  ...dayRangeQuery,
  ...cursorQuery,
});

export const StaffLogEntry = z
  .object({
    id: z.string(),
    staff: PublicCard,
    action: z.string(),
    targetType: z.string(),
    targetId: z.string(),
    subjectId: z.string().nullable(),
    outcome: z.enum(['done', 'refused']),
    code: z.string().optional().describe('Why it was refused.'),
    before: z.unknown().describe('The state before. Null if there was none, or if the account it describes has ended.'),
    after: z.unknown(),
    reason: z.string().optional(),
    ip: z.string().nullable().describe('Kept for 180 days, like `userAgent`.'),
    userAgent: z.string().nullable(),
    createdAt: z.iso.datetime(),
  })
  .openapi('StaffLogEntry');

export const StaffLogPage = cursorPageOf(StaffLogEntry);

/** The cursor position: the last entry of a page. */
export const LogPosition = z.tuple([z.string()]);

const aReason = aText(REASON_CHARACTERS_MAX, 1);

export const Kick = z
  .strictObject({ userId: anId, reason: aReason.optional().describe('Told to the person, and written to the log.') })
  .openapi('Kick');

export const Cancellation = z
  .strictObject({ reason: aReason.optional().describe('Told to the host, and written to the log.') })
  .openapi('Cancellation');

export const RoomEdit = z
  .strictObject({
    ...aboutShow,
    thumbnailUrl: z.null().describe('Null removes it.'),
    visibility: z.enum(VISIBILITIES).describe('Fixed once the stream has begun. Only for streams.'),
    chat: ChatSettings.describe("The chat settings of the host's channel. Only for streams."),
    topic: NewRoom.shape.topic.unwrap().describe("Only for users' rooms."),
    isPrivate: z.boolean().describe("Only for users' rooms: everyone leaves whom the host has not let in."),
    status: z.literal('closed').describe("Ends a live stream, cancels one that has not begun, closes a user's room."),
    reason: aReason.describe('Told to the host if the room is closed, and written to the log.'),
  })
  .partial()
  .openapi('RoomEdit', { example: { title: 'Songs by candlelight', reason: 'The title was misleading.' } });
