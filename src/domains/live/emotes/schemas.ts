/** Wire shapes of emotes. */
import { z } from '@hono/zod-openapi';

const NAME = /^[A-Za-z0-9]{3,25}$/;

const name = z
  .string()
  .regex(NAME, 'must be 3 to 25 letters (A to Z) and digits')
  .openapi({ description: 'Chat shows the emote where a message has its name between colons. The case counts.' });

export const Emote = z
  .object({
    id: z.uuid(),
    name,
    url: z.string().openapi({ description: 'WebP of 112 × 112 pixels. `?w=28` and `?w=56` answer smaller ones.' }),
    urls: z.object({ 28: z.string(), 56: z.string(), 112: z.string() }).openapi('EmoteUrls'),
    subscribersOnly: z.boolean(),
    createdAt: z.iso.datetime(),
  })
  .openapi('Emote');

export const EmoteList = z.object({ items: z.array(Emote) }).openapi('EmoteList');

/** The fields of the form beside its file. */
export const NewEmoteFields = z.strictObject({
  name,
  subscribersOnly: z
    .enum(['true', 'false'])
    .default('false')
    .transform((choice) => choice === 'true')
    .openapi({ description: 'Only subscribers, moderators and you can use it. Everyone sees it.' }),
});

/** Only for the API reference. */
export const NewEmoteForm = NewEmoteFields.extend({
  file: z.any().openapi({ type: 'string', format: 'binary', description: 'PNG, WebP or GIF, up to 1 MB.' }),
}).openapi('NewEmote');
