/**
 * Turns the Worker's environment into one parsed, typed Config: the only reader of env vars and secrets.
 * A missing or weak secret in production is refused here, with every fault named at once.
 */
import { z } from '@hono/zod-openapi';
import { type Keyring, makeKeyring } from '@/shared/keys';

/** What `wrangler.toml` binds; secrets and vars are strings that may be missing. */
export interface Env extends Partial<Record<keyof typeof variables.shape, string>> {
  DB: D1Database;
  MEDIA: R2Bucket;
  IMAGES: ImagesBinding;
  ROOMS: DurableObjectNamespace<import('@/room/stream-room').StreamRoom>;
  WEBHOOKS: Queue;
  PAYOUTS: Queue;
  TASKS: Queue;
  LIMIT_READ: RateLimit;
  LIMIT_WRITE: RateLimit;
  LIMIT_SIGN_IN: RateLimit;
  LIMIT_MEDIA: RateLimit;
  ASSETS: Fetcher;
}

const SECRET_CHARACTERS_MIN = 32;
const LIVEKIT_DEVELOPMENT = { url: 'ws://localhost:7880', apiKey: 'devkey', apiSecret: 'secret' } as const;

const secret = z.string().min(SECRET_CHARACTERS_MIN, `must have at least ${SECRET_CHARACTERS_MIN} characters`);
const origin = z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin);
const duration = z.string().transform((text, issue) => {
  const match = /^(\d+)([smhd])$/.exec(text);
  if (!match) {
    issue.addIssue({ code: 'custom', message: 'must be a number with a unit: 30s, 15m, 12h or 7d' });
    return z.NEVER;
  }
  return Number(match[1]) * { s: 1, m: 60, h: 3_600, d: 86_400 }[match[2] as 's' | 'm' | 'h' | 'd']; // the pattern's
});

const variables = z.object({
  ENVIRONMENT: z.enum(['production', 'development']).default('production'),
  PUBLIC_URL: origin.optional(),
  FRONTEND_URL: origin.optional(),
  CORS_ORIGIN: z.string().default(''),
  OWNER_EMAIL: z.email().optional(),
  JWT_SECRET: secret,
  JWT_SECRET_PREVIOUS: secret.optional(),
  JWT_EXPIRES_IN: duration.prefault('15m'),
  REFRESH_TOKEN_EXPIRES_IN: duration.prefault('7d'),
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
  DODO_API_KEY: z.string().min(1).optional(),
  DODO_WEBHOOK_SECRET: z.string().min(1).optional(),
  DODO_PRODUCT_ID: z.string().min(1).optional(),
  DODO_ENVIRONMENT: z.enum(['live_mode', 'test_mode']).default('live_mode'),
  RESEND_API_KEY: z.string().min(1).optional(),
  MAIL_FROM: z.string().default('Footlight <no-reply@footlight.test>'),
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
});

/** The names of all variables and secrets that the Worker reads, for the README's table and the tests. */
export const variableNames = Object.keys(variables.shape);

export interface Config {
  readonly environment: 'production' | 'development';
  readonly publicUrl: string;
  /** Nothing: the Worker's own pages serve the links in mails. */
  readonly frontendUrl: string | undefined;
  readonly corsOrigins: readonly string[];
  readonly ownerEmail: string | undefined;
  readonly keys: Keyring;
  readonly accessTokenSeconds: number;
  readonly refreshTokenSeconds: number;
  readonly mediaProvider: 'livekit' | 'agora';
  readonly livekit: { readonly url: string; readonly apiKey: string; readonly apiSecret: string };
  readonly agora: { readonly appId: string; readonly certificate: string } | undefined;
  /** For new purchases; the others stay open to finish what was begun with them. */
  readonly paymentProvider: 'stripe' | 'dodo' | 'sandbox';
  readonly stripe: { readonly secretKey: string; readonly webhookSecret: string } | undefined;
  readonly dodo:
    | {
        readonly apiKey: string;
        readonly webhookSecret: string;
        /** A pay-what-you-want product: what is paid comes with each checkout. */
        readonly productId: string;
        readonly environment: 'live_mode' | 'test_mode';
      }
    | undefined;
  readonly resendApiKey: string | undefined;
  readonly mailFrom: string;
  /** Keys and contact of Web Push; nothing: there is none. */
  readonly vapid: { readonly publicKey: string; readonly privateKey: string; readonly subject: string } | undefined;
  readonly mediaOrigin: string;
  /** Where clients send large files to R2 itself. Without it they send them to the Worker. */
  readonly r2:
    | {
        readonly accountId: string;
        readonly bucket: string;
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
      }
    | undefined;
  readonly sentryDsn: string | undefined;
  /** How long a stream stays live after its encoder is lost. */
  readonly streamGraceSeconds: number;
}

/** Its message names every variable at fault and never a value. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const parsed = new WeakMap<object, Config>(); // env never changes within an isolate

export function readConfig(env: Partial<Env>): Config {
  const known = parsed.get(env);
  if (known) return known;
  const config = parseConfig(env);
  parsed.set(env, config);
  return config;
}

function parseConfig(env: Partial<Env>): Config {
  // An empty variable is one that is not set: that is how dashboards and .dev.vars files leave them.
  const given = Object.fromEntries(
    variableNames.map((name) => [name, env[name as keyof Env]]).filter(([, value]) => value !== ''), // names of Env
  );
  const result = variables.safeParse(given);
  const faults = result.success ? [] : result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  const vars = result.data;
  if (vars?.ENVIRONMENT === 'production') {
    for (const name of [
      'PUBLIC_URL',
      'RESEND_API_KEY',
      'LIVEKIT_URL',
      'LIVEKIT_API_KEY',
      'LIVEKIT_API_SECRET',
    ] as const)
      if (!vars[name]) faults.push(`${name} must be set in production`);
    if (vars.LIVEKIT_API_SECRET && vars.LIVEKIT_API_SECRET.length < SECRET_CHARACTERS_MIN)
      faults.push(`LIVEKIT_API_SECRET must have at least ${SECRET_CHARACTERS_MIN} characters`);
  }
  if (vars) faults.push(...paymentFaults(vars));
  if (vars && !r2Of(vars) && R2_NAMES.some((name) => vars[name]))
    faults.push(`${R2_NAMES.join(', ')} must be set together`);
  const vapid = [vars?.VAPID_PUBLIC_KEY, vars?.VAPID_PRIVATE_KEY, vars?.VAPID_SUBJECT].filter(Boolean);
  if (vapid.length % 3 !== 0) faults.push('VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY and VAPID_SUBJECT must be set together');
  if (vars?.MEDIA_PROVIDER === 'agora' && !(vars.AGORA_APP_ID && vars.AGORA_APP_CERTIFICATE))
    faults.push('AGORA_APP_ID and AGORA_APP_CERTIFICATE must be set when MEDIA_PROVIDER is agora');
  if (!vars || faults.length > 0) throw new ConfigError(`The configuration is not complete: ${faults.join('; ')}`);

  const publicUrl = vars.PUBLIC_URL ?? 'http://localhost:8787';
  return {
    environment: vars.ENVIRONMENT,
    publicUrl,
    frontendUrl: vars.FRONTEND_URL,
    corsOrigins: vars.CORS_ORIGIN.split(',')
      .map((entry) => entry.trim())
      .filter(Boolean),
    ownerEmail: vars.OWNER_EMAIL,
    keys: makeKeyring({
      signing: [vars.JWT_SECRET, vars.JWT_SECRET_PREVIOUS],
      encryption: [vars.ENCRYPTION_KEY, vars.ENCRYPTION_KEY_PREVIOUS],
    }),
    accessTokenSeconds: vars.JWT_EXPIRES_IN,
    refreshTokenSeconds: vars.REFRESH_TOKEN_EXPIRES_IN,
    mediaProvider: vars.MEDIA_PROVIDER,
    livekit: {
      url: vars.LIVEKIT_URL ?? LIVEKIT_DEVELOPMENT.url,
      apiKey: vars.LIVEKIT_API_KEY ?? LIVEKIT_DEVELOPMENT.apiKey,
      apiSecret: vars.LIVEKIT_API_SECRET ?? LIVEKIT_DEVELOPMENT.apiSecret,
    },
    agora:
      vars.AGORA_APP_ID && vars.AGORA_APP_CERTIFICATE
        ? { appId: vars.AGORA_APP_ID, certificate: vars.AGORA_APP_CERTIFICATE }
        : undefined,
    paymentProvider: paymentProviderOf(vars),
    stripe:
      vars.STRIPE_SECRET_KEY && vars.STRIPE_WEBHOOK_SECRET
        ? { secretKey: vars.STRIPE_SECRET_KEY, webhookSecret: vars.STRIPE_WEBHOOK_SECRET }
        : undefined,
    dodo:
      vars.DODO_API_KEY && vars.DODO_WEBHOOK_SECRET && vars.DODO_PRODUCT_ID
        ? {
            apiKey: vars.DODO_API_KEY,
            webhookSecret: vars.DODO_WEBHOOK_SECRET,
            productId: vars.DODO_PRODUCT_ID,
            environment: vars.DODO_ENVIRONMENT,
          }
        : undefined,
    resendApiKey: vars.RESEND_API_KEY,
    mailFrom: vars.MAIL_FROM,
    vapid:
      vars.VAPID_PUBLIC_KEY && vars.VAPID_PRIVATE_KEY && vars.VAPID_SUBJECT
        ? { publicKey: vars.VAPID_PUBLIC_KEY, privateKey: vars.VAPID_PRIVATE_KEY, subject: vars.VAPID_SUBJECT }
        : undefined,
    mediaOrigin: vars.MEDIA_ORIGIN ?? publicUrl,
    r2: r2Of(vars),
    sentryDsn: vars.SENTRY_DSN,
    streamGraceSeconds: vars.STREAM_GRACE_SECONDS,
  };
}

type Variables = z.output<typeof variables>;

const R2_NAMES = ['R2_ACCOUNT_ID', 'R2_BUCKET', 'R2_ACCESS_KEY_ID', 'R2_SECRET_ACCESS_KEY'] as const;

function r2Of(vars: Variables): Config['r2'] {
  const {
    R2_ACCOUNT_ID: accountId,
    R2_BUCKET: bucket,
    R2_ACCESS_KEY_ID: accessKeyId,
    R2_SECRET_ACCESS_KEY: secretAccessKey,
  } = vars;
  if (!(accountId && bucket && accessKeyId && secretAccessKey)) return undefined;
  return { accountId, bucket, accessKeyId, secretAccessKey };
}

/** As named; otherwise whichever has keys, and the sandbox where there are none. */
function paymentProviderOf(vars: Variables): Config['paymentProvider'] {
  return vars.PAYMENT_PROVIDER ?? (vars.STRIPE_SECRET_KEY ? 'stripe' : vars.DODO_API_KEY ? 'dodo' : 'sandbox');
}

function paymentFaults(vars: Variables): string[] {
  const faults: string[] = [];
  const current = paymentProviderOf(vars);
  if (current === 'sandbox' && vars.ENVIRONMENT === 'production')
    faults.push('STRIPE_SECRET_KEY or DODO_API_KEY must be set in production: the sandbox takes no money');
  if ((current === 'stripe' || vars.STRIPE_SECRET_KEY) && !(vars.STRIPE_SECRET_KEY && vars.STRIPE_WEBHOOK_SECRET))
    faults.push('STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET must be set together');
  if (
    (current === 'dodo' || vars.DODO_API_KEY) &&
    !(vars.DODO_API_KEY && vars.DODO_WEBHOOK_SECRET && vars.DODO_PRODUCT_ID)
  )
    faults.push('DODO_API_KEY, DODO_WEBHOOK_SECRET and DODO_PRODUCT_ID must be set together');
  return faults;
}
