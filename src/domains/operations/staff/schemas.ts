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
    rank: z.enum(RANKS).nullable().describe('Null: no staff any more.'),
    granted: Permissions.describe('Beyond what the rank may do.'),
    denied: Permissions.describe('Taken from what the rank may do.'),
    permissions: Permissions.describe('What comes of rank, granted and denied.'),
    country: z.string().nullable().describe('Inside which a country admin acts.'),
  })
  .openapi('StaffMember');

export const StaffRequest = z
  .strictObject({
    rank: z.enum(RANKS).nullable().describe('Null takes the rank away. `owner` is given to nobody.'),
    granted: Permissions.optional(),
    denied: Permissions.optional(),
    country: country.optional().describe('Of a country admin, who must have one.'),
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
    country: country.nullable().describe('Null: the user may declare one again.'),
    reason: aText(REASON_CHARACTERS_MAX, 1).describe('For the log.'),
  })
  .openapi('CountryCorrection');

export const CorrectedCountry = z
  .object({
    user: PublicCard,
    country: z.string().nullable(),
    corrected: z.boolean().describe('Whether only staff change it from now on.'),
  })
  .openapi('CorrectedCountry');

/** The last user id of a page. */
export const CursorPosition = z.tuple([z.string()]);
