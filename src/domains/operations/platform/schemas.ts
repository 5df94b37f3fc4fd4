/** Wire shapes of feedback and app versions. */
import { z } from '@hono/zod-openapi';
import { PublicCard } from '@/domains/base/users/schemas';
import { cursorPageOf, cursorQuery } from '@/http/envelope';
import { aText, publicHttpsUrl } from '@/http/fields';
import { findVersion, VERSION_CHARACTERS_MAX } from '@/shared/app-version';
import { FEEDBACK_CATEGORIES, PLATFORMS } from './tables';

const FEEDBACK_CHARACTERS_MAX = 4_000;
const NOTES_CHARACTERS_MAX = 2_000;

const version = z
  .string()
  .max(VERSION_CHARACTERS_MAX)
  .transform((text, issue) => {
    const found = findVersion(text.trim());
    if (found !== undefined) return found;
    issue.addIssue({ code: 'custom', message: 'must be a version: 1.2.3' });
    return z.NEVER;
  })
  .openapi({
    type: 'string',
    maxLength: VERSION_CHARACTERS_MAX,
    example: '1.2.3',
    description: 'Semantic Versioning. `v1.2` means `1.2.0`; a build after `+` is ignored.',
  });
const platform = z.enum(PLATFORMS);
const category = z.enum(FEEDBACK_CATEGORIES);
const rating = z.int().min(1).max(5);

export const FeedbackRequest = z
  .strictObject({
    category,
    rating: rating.optional(),
    text: aText(FEEDBACK_CHARACTERS_MAX, 1),
    appVersion: version.optional(),
  })
  .openapi('FeedbackRequest');

export const SentFeedback = z.object({ id: z.string() }).openapi('SentFeedback');

export const FeedbackQuery = z.strictObject({
  category: category.optional(),
  version: version.optional(),
  ...cursorQuery,
});

export const Feedback = z
  .object({
    id: z.string(),
    user: PublicCard,
    category,
    rating: rating.nullable(),
    text: z.string(),
    appVersion: z.string().nullable(),
    createdAt: z.iso.datetime(),
  })
  .openapi('Feedback');
export const FeedbackPage = cursorPageOf(Feedback);
export const FeedbackPosition = z.tuple([z.string().max(VERSION_CHARACTERS_MAX)]);

export const AppVersionQuery = z.strictObject({ platform, version });

export const AppVersion = z
  .object({
    platform,
    latest: z.string().nullable().describe('Null as long as staff have set none.'),
    minimum: z.string().nullable(),
    updateAvailable: z.boolean(),
    updateRequired: z.boolean().describe('The version is below the minimum: the app asks for an update and stops.'),
    notes: z.string().nullable(),
    url: z.string().nullable().describe('Where to get the update.'),
  })
  .openapi('AppVersion');

export const PlatformParams = z.object({ platform });

export const AppVersionRequest = z
  .strictObject({
    latest: version,
    minimum: version,
    notes: aText(NOTES_CHARACTERS_MAX)
      .nullable()
      .default(null)
      .transform((notes) => notes || null),
    url: publicHttpsUrl.nullable().default(null),
  })
  .openapi('AppVersionRequest');

export const SetAppVersion = z
  .object({
    platform,
    latest: z.string(),
    minimum: z.string(),
    notes: z.string().nullable(),
    url: z.string().nullable(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('SetAppVersion');
