/** A user's settings on the wire. A change names only the settings that it changes. */
import { z } from '@hono/zod-openapi';
import { NOTIFICATION_GROUPS } from '@/contracts/notification-kinds';
import { MESSAGES_FROM } from './tables';

const LANGUAGE_CHARACTERS_MAX = 35;

/** The canonical form (`en-us` → `en-US`), or undefined if it is not a language tag. */
function findLanguage(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

export const languageTag = z
  .string()
  .max(LANGUAGE_CHARACTERS_MAX)
  .transform((tag, issue) => {
    const canonical = findLanguage(tag);
    if (canonical !== undefined) return canonical;
    issue.addIssue({ code: 'custom', message: 'must be a BCP 47 language tag' });
    return z.NEVER;
  })
  .openapi({ example: 'pt-BR', description: 'BCP 47.' });

const group = z.enum(NOTIFICATION_GROUPS);
const channels = { inApp: z.boolean(), email: z.boolean(), push: z.boolean() };
const privacy = {
  messagesFrom: z.enum(MESSAGES_FROM).openapi({ description: '`followed`: users whom this user follows.' }),
  showActivity: z.boolean().openapi({
    description:
      'Whether others see which creators the user follows, and how many. Each creator sees their own followers.',
  }),
};

/** A partial record says nothing of its names in JSON Schema. */
const CHANNELS_BY_GROUP = {
  type: 'object',
  properties: Object.fromEntries(
    NOTIFICATION_GROUPS.map((name) => [
      name,
      {
        type: 'object' as const,
        properties: Object.fromEntries(Object.keys(channels).map((channel) => [channel, { type: 'boolean' as const }])),
        additionalProperties: false,
      },
    ]),
  ),
  additionalProperties: false,
} as const;

export const SettingsRequest = z
  .strictObject({
    language: languageTag,
    notifications: z.partialRecord(group, z.strictObject(channels).partial()).openapi({ ...CHANNELS_BY_GROUP }),
    privacy: z.strictObject(privacy).partial(),
    autoplay: z.boolean(),
    matureContent: z.boolean(),
  })
  .partial()
  .openapi('SettingsRequest');

export const Settings = z
  .object({
    language: z.string(),
    notifications: z.record(group, z.object(channels)),
    privacy: z.object(privacy),
    autoplay: z.boolean(),
    matureContent: z.boolean(),
  })
  .openapi('Settings');
