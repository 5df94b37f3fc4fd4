import { z } from '@hono/zod-openapi';
import { aCountry } from '@/contracts/codes';
import { DECISION_ACTIONS, RULES, TARGET_TYPES } from '@/domains/base/decisions/tables';
import { PublicCard, User } from '@/domains/base/users/schemas';
import { USER_STATUSES } from '@/domains/base/users/status';
import { cursorQuery } from '@/http/envelope';
import { aText, optionalSearchText } from '@/http/fields';
import { RANKS, ROLES } from '@/shared/actor';

const REASON_CHARACTERS_MAX = 500;
const NOTE_CHARACTERS_MAX = 2_000;

const status = z.enum(USER_STATUSES);

export const StatusRequest = z
  .strictObject({
    status: status.describe('`active` lifts a ban or a suspension.'),
    until: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('When a suspension lifts by itself: in the future, at most a year ahead. Not allowed otherwise.'),
    reason: aText(REASON_CHARACTERS_MAX, 1).describe('The user reads it.'),
    rule: z.enum(RULES).optional().describe('The rule that was broken; `other` by default.'),
    deleteMessages: z
      .boolean()
      .optional()
      .describe('Also hides what the user wrote in the rooms that they entered last. It stays hidden after a lift.'),
  })
  .superRefine(({ status, until, deleteMessages }, issue) => {
    const refuse = (path: string, message: string) => issue.addIssue({ code: 'custom', path: [path], message });
    if (status === 'suspended' && until === undefined) refuse('until', 'a suspension must have one');
    if (status !== 'suspended' && until !== undefined) refuse('until', 'only a suspension has one');
    if (status === 'active' && deleteMessages) refuse('deleteMessages', 'goes with a ban or a suspension');
  })
  .openapi('UserStatusRequest');

const statusFields = {
  status,
  until: z.iso.datetime().nullable().describe('When the suspension lifts by itself.'),
  reason: z.string().nullable().describe('Why the user is banned or suspended.'),
};

export const UserStatus = z
  .object({ user: PublicCard, ...statusFields, decisionId: z.string().nullable() })
  .openapi('UserStatus');

export const UsersQuery = z.strictObject({
  q: optionalSearchText,
  role: z.enum(ROLES).optional(),
  status: status.optional(),
  country: aCountry.optional(),
  rank: z.enum(RANKS).optional(),
  ...cursorQuery,
});

export const ListedUser = User.extend({
  email: z.string().describe('Masked if you may not act on the user.'),
  status,
  until: statusFields.until,
}).openapi('ListedUser');

export const StaffNote = z
  .object({ id: z.string(), author: z.union([PublicCard, z.null()]), text: z.string(), createdAt: z.iso.datetime() })
  .openapi('StaffNote');

export const NoteRequest = z.strictObject({ text: aText(NOTE_CHARACTERS_MAX, 1) }).openapi('StaffNoteRequest');

export const AdminUser = User.extend({
  ...statusFields,
  since: z.iso
    .datetime()
    .nullable()
    .describe('Since when the user is banned or suspended, however often that was changed.'),
  deletesAt: z.iso.datetime().nullable().describe('When a planned deletion is due.'),
  statusHistory: z
    .array(
      z.object({
        id: z.string(),
        action: z.enum(DECISION_ACTIONS),
        rule: z.enum(RULES),
        reason: z.string(),
        target: z.object({ type: z.enum(TARGET_TYPES), id: z.string(), streamId: z.string().nullable() }),
        until: z.iso.datetime().nullable(),
        staffId: z.string(),
        at: z.iso.datetime(),
        reversedAt: z.iso.datetime().nullable(),
      }),
    )
    .describe('The newest decisions about the user.'),
  reports: z.object({ against: z.int(), upheld: z.int(), made: z.int() }),
  warnings: z.int().describe('Warnings that were not reversed.'),
  sanctions: z
    .array(
      z.object({ channelId: z.string(), creator: PublicCard, reason: z.string().nullable(), at: z.iso.datetime() }),
    )
    .describe('The newest channels that banned the user.'),
  sameAddress: z
    .array(PublicCard)
    .describe('Accounts with a recent session from one of the same addresses. Many people can share one.'),
  devices: z.array(
    z.object({ userAgent: z.string(), createdAt: z.iso.datetime(), lastSeenAt: z.iso.datetime(), active: z.boolean() }),
  ),
  notes: z.array(StaffNote).describe('The newest notes of staff.'),
}).openapi('AdminUser');

/** The position of a cursor: the last user id of the page, or the last search hit that was looked at. */
export const CursorPosition = z.tuple([z.union([z.string(), z.int()])]);
