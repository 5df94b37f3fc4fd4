/**
 * Turns the Worker's environment into one parsed, typed Config: the only reader of env vars and secrets. What is
 * malformed (`config/variables.ts`), or not safe in production (`shared/deployable.ts`), is refused with every fault
 * named at once.
 */
import { type Given, type Name, type Variables, variableNames, variables } from '@/config/variables';
import type { Config } from '@/contracts/config';
import type { RoomObject } from '@/contracts/room';
import { productionFaults } from '@/shared/deployable';
import { makeKeyring } from '@/shared/keys';

/** What `wrangler.toml` binds; secrets and vars are strings that may be missing. */
export interface Env extends Partial<Record<Name, string>> {
  DB: D1Database;
  MEDIA: R2Bucket;
  IMAGES: ImagesBinding;
  ROOMS: DurableObjectNamespace<RoomObject>;
  WEBHOOKS: Queue;
  PAYOUTS: Queue;
  TASKS: Queue;
  LIMIT_READ: RateLimit;
  LIMIT_WRITE: RateLimit;
  LIMIT_SIGN_IN: RateLimit;
  LIMIT_MEDIA: RateLimit;
  LIMIT_LOOKUP: RateLimit;
  ASSETS: Fetcher;
}

const LIVEKIT_DEVELOPMENT = { url: 'ws://localhost:7880', apiKey: 'devkey', apiSecret: 'secret' } as const;

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
  const given = givenIn(env);
  const result = variables.safeParse(given);
  const malformed = result.error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ?? [];
  const faults = [...malformed, ...togetherFaults(given)];
  // Everything but `development`, a misspelling too, is production.
  if (given.ENVIRONMENT !== 'development') faults.push(...productionFaults(given), ...sandboxFaults(given));
  if (!result.success || faults.length > 0)
    throw new ConfigError(`The configuration is not complete or not safe: ${[...new Set(faults)].join('; ')}`);
  return configOf(result.data);
}

function configOf(vars: Variables): Config {
  const publicUrl = vars.PUBLIC_URL ?? 'http://localhost:8787';
  return {
    environment: vars.ENVIRONMENT,
    publicUrl,
    frontendUrl: vars.FRONTEND_URL,
    corsOrigins: vars.CORS_ORIGIN,
    ownerEmail: vars.OWNER_EMAIL,
    keys: makeKeyring({
      signing: [vars.JWT_SECRET, vars.JWT_SECRET_PREVIOUS],
      encryption: [vars.ENCRYPTION_KEY, vars.ENCRYPTION_KEY_PREVIOUS],
    }),
    accessTokenSeconds: vars.JWT_EXPIRES_IN,
    refreshTokenSeconds: vars.REFRESH_TOKEN_EXPIRES_IN,
    ...paymentOf(vars),
    ...mediaOf(vars),
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
    dailyLimits: {
      pictures: vars.DAILY_PICTURES,
      bytes: vars.DAILY_UPLOADS,
      checkouts: vars.DAILY_CHECKOUTS,
      mails: vars.DAILY_MAILS,
    },
  };
}

function mediaOf(vars: Variables): Pick<Config, 'mediaProvider' | 'livekit' | 'agora'> {
  return {
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
  };
}

function paymentOf(vars: Variables): Pick<Config, 'paymentProvider' | 'stripe' | 'dodo'> {
  return {
    paymentProvider: vars.PAYMENT_PROVIDER ?? providerWithKeys(vars),
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
  };
}

/**
 * An empty variable counts as not set: dashboards and .dev.vars files leave them so. wrangler.toml may hold numbers.
 */
function givenIn(env: Partial<Env>): Given {
  const entries = variableNames.map((name) => [name, env[name as Name] ?? ''] as const); // names of Env
  return Object.fromEntries(entries.filter(([, value]) => value !== '').map(([name, value]) => [name, String(value)]));
}

const R2_NAMES = ['R2_ACCOUNT_ID', 'R2_BUCKET', 'R2_ACCESS_KEY_ID', 'R2_SECRET_ACCESS_KEY'] as const;
const STRIPE_NAMES = ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'] as const;
const DODO_NAMES = ['DODO_API_KEY', 'DODO_WEBHOOK_SECRET', 'DODO_PRODUCT_ID'] as const;
const VAPID_NAMES = ['VAPID_PUBLIC_KEY', 'VAPID_PRIVATE_KEY', 'VAPID_SUBJECT'] as const;

/** Variables that work only together. */
function togetherFaults(given: Given): string[] {
  const provider = given.PAYMENT_PROVIDER ?? providerWithKeys(given);
  const wholes: [names: readonly Name[], begun: boolean][] = [
    [R2_NAMES, R2_NAMES.some((name) => given[name])],
    [VAPID_NAMES, VAPID_NAMES.some((name) => given[name])],
    [STRIPE_NAMES, provider === 'stripe' || given.STRIPE_SECRET_KEY !== undefined],
    [DODO_NAMES, provider === 'dodo' || given.DODO_API_KEY !== undefined],
    [['AGORA_APP_ID', 'AGORA_APP_CERTIFICATE'], given.MEDIA_PROVIDER === 'agora'],
  ];
  return wholes
    .filter(([names, begun]) => begun && !names.every((name) => given[name]))
    .map(([names]) => `${names.join(', ')} must be set together`);
}

function sandboxFaults(given: Given): string[] {
  return (given.PAYMENT_PROVIDER ?? providerWithKeys(given)) === 'sandbox'
    ? ['STRIPE_SECRET_KEY or DODO_API_KEY must be set in production: the sandbox takes no money']
    : [];
}

/** Whichever has keys, and the sandbox where there are none. */
function providerWithKeys(vars: Pick<Given, 'STRIPE_SECRET_KEY' | 'DODO_API_KEY'>): Config['paymentProvider'] {
  return vars.STRIPE_SECRET_KEY ? 'stripe' : vars.DODO_API_KEY ? 'dodo' : 'sandbox';
}

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
