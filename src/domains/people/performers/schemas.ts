/** Wire shapes of a performer's privacy settings. A request contains only the settings to change. */
import { z } from '@hono/zod-openapi';
import { isRegion } from '@/shared/countries';

/** One more than the number of countries. */
const REGIONS_MAX = 250;

const region = z
  .string()
  .refine(isRegion, 'must be an ISO 3166 code of a country, like `DE`, or of a region, like `US-CA`');

const choices = {
  allowRecording: z.boolean().openapi({
    description: 'Whether others may record my streams. Clients must respect it; Footlight itself records nothing.',
  }),
  showViewerList: z.boolean().openapi({
    description:
      "False: only I, my moderators and staff can use `GET /stream/{id}/viewers`, whatever the stream's `showViewers` says.",
  }),
  anonymousMode: z.boolean().openapi({
    description:
      "True: in other people's streams I am counted as a guest, and only staff see my name among the viewers. In the " +
      'video, users who only watch are never shown to others. My messages and gifts still have my name.',
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
          'opened (451). The list replaces the previous one. Users from unknown countries are not blocked.',
        example: ['US-CA', 'DE'],
      }),
    ...choices,
  })
  .partial()
  .openapi('PrivacyRequest');

export const Privacy = z.object({ blockedCountries: z.array(z.string()), ...choices }).openapi('Privacy');
