/** A performer's privacy on the wire: a change names only what it changes. */
import { z } from '@hono/zod-openapi';
import { isRegion } from '@/shared/countries';

/** One more than there are countries. */
const REGIONS_MAX = 250;

const region = z.string().refine(isRegion, 'must be a country of ISO 3166-1 as `DE`, or a region of one as `US-CA`');

const choices = {
  allowRecording: z.boolean().openapi({
    description: 'What whoever records has to ask. Footlight itself records nothing.',
  }),
  showViewerList: z.boolean().openapi({
    description:
      'False: `GET /stream/{id}/viewers` is for me, my moderators and staff alone, whatever `showViewers` of a stream says.',
  }),
  anonymousMode: z.boolean().openapi({
    description:
      "True: among the viewers of others' streams I am counted as a guest and not named, but to staff; in the video " +
      'nobody who only watches is shown to the others. What I write or give there has my name.',
  }),
};

export const PrivacyRequest = z
  .strictObject({
    blockedCountries: z
      .array(region)
      .max(REGIONS_MAX)
      .openapi({
        description:
          'Countries and regions in which I am not shown: my page, posts and streams are in no list there and cannot be ' +
          'entered (451). The whole list: what it leaves out is lifted. Whose country is not known is let in.',
        example: ['US-CA', 'DE'],
      }),
    ...choices,
  })
  .partial()
  .openapi('PrivacyRequest');

export const Privacy = z.object({ blockedCountries: z.array(z.string()), ...choices }).openapi('Privacy');
