/** Wire shapes of a performer's profile and privacy settings. A request contains only what is to change. */
import { z } from '@hono/zod-openapi';
import { displayName } from '@/domains/base/users/schemas';
import { TYPED_USERNAME_PATTERN, usernameFault } from '@/domains/base/users/usernames';
import { aText } from '@/http/fields';
import { COUNTRIES, isRegion } from '@/shared/countries';
import { asPasted, fold } from '@/shared/text';

/** One more than the number of countries. */
const REGIONS_MAX = 250;
const BIO_CHARACTERS_MAX = 2_000;

const region = z
  .string()
  .refine(isRegion, 'must be an ISO 3166 code of a country, like `DE`, or of a region, like `US-CA`')
  .openapi({ pattern: `^(${COUNTRIES.join('|')})(-[A-Z0-9]{1,3})?$` });

const choices = {
  allowRecording: z.boolean().openapi({
    description:
      'Whether others may record my streams: `recordingAllowed` of each stream. Clients must respect it; Footlight itself ' +
      'records nothing.',
  }),
  showViewerList: z.boolean().openapi({
    description:
      "False: only I, my moderators and staff can use `GET /stream/{id}/viewers`, whatever the stream's `showViewers` says.",
  }),
  anonymousMode: z.boolean().openapi({
    description:
      'True: everyone sees my `stageName` and `stageHandle` as my names, never my username, my links or my country. In ' +
      "other people's streams I am counted as a guest, and only staff see me among the viewers. In the video, users who " +
      'only watch are never shown to others.',
  }),
  unknownCountry: z.enum(['allow', 'deny']).openapi({
    description: '`deny`: readers whose country nobody knows are treated as in a blocked country.',
  }),
};

export const PrivacyRequest = z
  .strictObject({
    blockedCountries: z
      .array(region)
      .max(REGIONS_MAX)
      .openapi({
        description:
          'Countries and regions where I am hidden: my page, posts and streams appear in no list there and cannot be ' +
          'opened (451). The list replaces the previous one.',
        example: ['US-CA', 'DE'],
      }),
    ...choices,
    confirm: z.boolean().openapi({
      description: 'True: go on, even if new countries hide me from followers or subscribers.',
    }),
  })
  .partial()
  .openapi('PrivacyRequest');

export const Privacy = z.object({ blockedCountries: z.array(z.string()), ...choices }).openapi('Privacy');

const stageHandle = z
  .string()
  .overwrite((text) => fold(asPasted(text)))
  .superRefine((handle, issue) => {
    const fault = usernameFault(handle);
    if (fault) issue.addIssue({ code: 'custom', message: fault });
  })
  .openapi({ pattern: TYPED_USERNAME_PATTERN });

export const PerformerProfileRequest = z
  .strictObject({
    stageName: displayName.nullable().openapi({
      description: 'Null: the display name of my account. Refused while `anonymousMode` is on.',
    }),
    bio: aText(BIO_CHARACTERS_MAX).nullable().openapi({
      description: 'Null: my bio as a creator, or else that of my account; none while `anonymousMode` is on.',
    }),
    stageHandle: stageHandle.openapi({
      description:
        'The username that everyone sees while `anonymousMode` is on. It is reserved for you from now on, and must not be ' +
        'your username.',
      example: 'nightbird',
    }),
  })
  .partial()
  .openapi('PerformerProfileRequest');

export const PerformerProfile = z
  .object({
    id: z.uuid().openapi({ description: "The same as the user's id." }),
    userId: z.uuid(),
    stageName: z.string().openapi({ description: 'The display name, until the performer chooses another.' }),
    bio: z.string(),
    avatarUrl: z.string().nullable(),
    followers: z.int(),
    stageHandle: z.string().nullable().optional().openapi({ description: 'Only for the performer.' }),
    privacySettings: Privacy.optional().openapi({ description: 'Only for the performer.' }),
    totalEarnings: z.int().optional().openapi({ description: 'In diamonds, of all time. Only for the performer.' }),
  })
  .openapi('PerformerProfile');

export const BlockRequest = z.strictObject({ userId: z.string().min(1) }).openapi('PerformerBlockRequest');
