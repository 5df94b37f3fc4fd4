import { z } from '@hono/zod-openapi';
import { PublicCard } from '@/domains/base/users/schemas';
import { aText } from '@/http/fields';
import { PERMISSIONS, RANKS } from '@/shared/actor';
import { isCountry } from '@/shared/countries';

const REASON_CHARACTERS_MAX = 500;

const country = z.string().refine(isCountry, 'must be an ISO 3166-1 alpha-2 code');

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
