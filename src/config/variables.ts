/**
 * The Worker's variables and secrets and the format of each. `shared/deployable.ts` checks whether they are safe in
 * production.
 */
import { z } from '@hono/zod-openapi';
import { isAppScheme } from '@/shared/app-schemes';
import { parseDailyLimit } from '@/shared/daily-limit';
import { isOrigin, listOf, SECRET_CHARACTERS_MIN } from '@/shared/deployable';

const MAIL_FROM_DEVELOPMENT = 'Footlight <no-reply@footlight.test>';

const secret = z
  .string({ error: 'must be set' })
  .min(SECRET_CHARACTERS_MIN, `must have at least ${SECRET_CHARACTERS_MIN} characters`);
const origin = z
  .url({ protocol: /^https?$/, error: 'must be a URL with http: or https:' })
  .transform((url) => new URL(url).origin);
const origins = z
  .string()
  .transform(listOf)
  .refine((list) => list.every(isOrigin), 'must be origins, separated by commas: https:, a host, and nothing after it');
/** Of the platform's own apps; in any case, as an app's manifest may have them. */
const appSchemes = z
  .string()
  .transform((text) => listOf(text).map((scheme) => scheme.toLowerCase()))
  .refine(
    (list) => list.every(isAppScheme),
    "must be URL schemes of your own apps, separated by commas, without ://, and none of a browser's own: footlight",
  );
const UNIT_SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const secondsOf = (text: string): number | undefined => {
  const match = /^(\d+)([smhd])$/.exec(text);
  return match ? Number(match[1]) * UNIT_SECONDS[match[2] as keyof typeof UNIT_SECONDS] : undefined; // the pattern's
};
/** Parses a duration such as `15m` to seconds; at least one. */
const durationUpTo = (max: '1h' | '90d') =>
  z.string().transform((text, issue) => {
    const seconds = secondsOf(text);
    const fault =
      seconds === undefined
        ? 'must be a number with a unit: 30s, 15m, 12h or 7d'
        : seconds < 1 || seconds > Number(secondsOf(max))
          ? `must be between 1s and ${max}`
          : undefined;
    if (fault !== undefined) issue.addIssue({ code: 'custom', message: fault });
    return seconds ?? z.NEVER;
  });

const dailyLimit = z.string().transform((text, issue) => {
  const limit = parseDailyLimit(text);
  if (limit) return limit;
  issue.addIssue({ code: 'custom', message: 'must be two limits, per day and on the first day: 300/60 or 10GB/1GB' });
  return z.NEVER;
});

const hostAndPort = z.string().transform((text, issue) => {
  const [match, hostname = '', port] = /^([\w.-]+|\[[\da-f:]+\]):(\d{1,5})$/i.exec(text) ?? [];
  if (match !== undefined && Number(port) >= 1 && Number(port) <= 65_535) return { hostname, port: Number(port) };
  issue.addIssue({ code: 'custom', message: 'must be a host and a port: scanner.internal:3310' });
  return z.NEVER;
});

export const variables = z.object({
  ENVIRONMENT: z.enum(['production', 'development']).default('production'),
  PUBLIC_URL: origin.optional(),
  FRONTEND_URL: origin.optional(),
  CORS_ORIGIN: origins.prefault(''),
  APP_SCHEMES: appSchemes.prefault(''),
  OWNER_EMAIL: z.email().optional(),
  JWT_SECRET: secret,
  JWT_SECRET_PREVIOUS: secret.optional(),
  JWT_EXPIRES_IN: durationUpTo('1h').prefault('15m'),
  REFRESH_TOKEN_EXPIRES_IN: durationUpTo('90d').prefault('7d'),
  ENCRYPTION_KEY: secret,
  ENCRYPTION_KEY_PREVIOUS: secret.optional(),
  MEDIA_PROVIDER: z.enum(['livekit', 'agora']).default('livekit'),
  LIVEKIT_URL: z.url({ protocol: /^(wss?|https?)$/ }).optional(),
  LIVEKIT_API_KEY: z.string().min(1).optional(),
  LIVEKIT_API_SECRET: z.string().min(1).optional(),
  AGORA_APP_ID: z
    .string()
    .regex(/^[0-9a-f]{32}$/i, 'must be 32 hexadecimal digits')
    .optional(),
  AGORA_APP_CERTIFICATE: z
    .string()
    .regex(/^[0-9a-f]{32}$/i, 'must be 32 hexadecimal digits')
    .optional(),
  PAYMENT_PROVIDER: z.enum(['stripe', 'dodo', 'sandbox']).optional(),
  STRIPE_SECRET_KEY: z.string().min(1).optional(),
  STRIPE_WEBHOOK_SECRET: z.string().min(1).optional(),
  STRIPE_AUTOMATIC_TAX: z.enum(['on', 'off']).default('off'),
  DODO_API_KEY: z.string().min(1).optional(),
  DODO_WEBHOOK_SECRET: z.string().min(1).optional(),
  DODO_PRODUCT_ID: z.string().min(1).optional(),
  DODO_ENVIRONMENT: z.enum(['live_mode', 'test_mode']).default('live_mode'),
  SELLER_NAME: z.string().default('Footlight'),
  SELLER_ADDRESS: z.string().optional(),
  SELLER_TAX_NOTE: z.string().optional(),
  RESEND_API_KEY: z.string().min(1).optional(),
  MAIL_FROM: z.string().default(MAIL_FROM_DEVELOPMENT),
  VAPID_PUBLIC_KEY: z
    .string()
    .regex(/^[\w-]{87}$/, 'must be 65 bytes as base64url')
    .optional(),
  VAPID_PRIVATE_KEY: z
    .string()
    .regex(/^[\w-]{43}$/, 'must be 32 bytes as base64url')
    .optional(),
  VAPID_SUBJECT: z
    .string()
    .regex(/^(mailto:|https:\/\/)\S+$/, 'must be a mailto: or https: address')
    .optional(),
  MEDIA_ORIGIN: origin.optional(),
  R2_ACCOUNT_ID: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits')
    .optional(),
  R2_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
    .optional(),
  R2_ACCESS_KEY_ID: z.string().min(1).optional(),
  R2_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  SENTRY_DSN: z.url().optional(),
  STREAM_GRACE_SECONDS: z.coerce.number().int().min(1).max(3_600).default(60),
  DAILY_PICTURES: dailyLimit.prefault('300/60'),
  DAILY_UPLOADS: dailyLimit.prefault('10GB/1GB'),
  DAILY_CHECKOUTS: dailyLimit.prefault('20/5'),
  DAILY_MAILS: dailyLimit.prefault('20/5'),
  DAILY_SUPPORT: dailyLimit.prefault('50/20'),
  CLAMD_ADDRESS: hostAndPort.optional(),
});

/** The variables once parsed. */
export type Variables = z.output<typeof variables>;
export type Name = keyof Variables;
/** The raw variables of the environment, before they are parsed. */
export type Given = Readonly<Partial<Record<Name, string>>>;

/**
 * The names of all variables and secrets that the Worker reads, for the table in docs/configuration.md and the tests.
 */
export const variableNames = Object.keys(variables.shape);
