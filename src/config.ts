/**
 * Parses the Worker's environment into a typed Config; nothing else reads env vars and secrets. Malformed values
 * (`config/variables.ts`) and values that are not safe in production (`shared/deployable.ts`) are refused all at once.
 */
import { type Given, type Name, type Variables, variableNames, variables } from '@/config/variables';
import type { Config } from '@/contracts/config';
import type { RoomObject } from '@/contracts/room';
import { productionFaults } from '@/shared/deployable';
import { makeKeyring } from '@/shared/keys';

/** The bindings of `wrangler.toml`; secrets and vars are strings that may be missing. */
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

type TextName = { [name in Name]: Variables[name] extends string | undefined ? name : never }[Name];
type TextVariables = { readonly [name in TextName]?: string | undefined };
/** Variables that must be set together, by their names in the Config. */
type Group = Readonly<Record<string, TextName>>;

const GROUPS = {
  r2: {
    accountId: 'R2_ACCOUNT_ID',
    bucket: 'R2_BUCKET',
    accessKeyId: 'R2_ACCESS_KEY_ID',
    secretAccessKey: 'R2_SECRET_ACCESS_KEY',
  },
  vapid: { publicKey: 'VAPID_PUBLIC_KEY', privateKey: 'VAPID_PRIVATE_KEY', subject: 'VAPID_SUBJECT' },
  stripe: { secretKey: 'STRIPE_SECRET_KEY', webhookSecret: 'STRIPE_WEBHOOK_SECRET' },
  dodo: { apiKey: 'DODO_API_KEY', webhookSecret: 'DODO_WEBHOOK_SECRET', productId: 'DODO_PRODUCT_ID' },
  agora: { appId: 'AGORA_APP_ID', certificate: 'AGORA_APP_CERTIFICATE' },
} as const satisfies Record<string, Group>;

const LIVEKIT_DEVELOPMENT = { url: 'ws://localhost:7880', apiKey: 'devkey', apiSecret: 'secret' } as const;

/** The message names every faulty variable, but never a value. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const parsed = new WeakMap<object, Config>(); // the environment never changes within an isolate

/** Parses each environment once. Throws ConfigError. */
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
  // Every value except `development` counts as production, misspellings included.
  if (given.ENVIRONMENT !== 'development') faults.push(...productionFaults(given), ...sandboxFaults(given));
  if (!result.success || faults.length > 0)
    throw new ConfigError(`The configuration is incomplete or unsafe: ${[...new Set(faults)].join('; ')}`);
  return configOf(result.data);
}

function configOf(vars: Variables): Config {
  const publicUrl = vars.PUBLIC_URL ?? 'http://localhost:8787';
  return {
    environment: vars.ENVIRONMENT,
    publicUrl,
    frontendUrl: vars.FRONTEND_URL,
    corsOrigins: vars.CORS_ORIGIN,
    appSchemes: vars.APP_SCHEMES,
    ownerEmail: vars.OWNER_EMAIL,
    keys: makeKeyring({
      signing: [vars.JWT_SECRET, vars.JWT_SECRET_PREVIOUS],
      encryption: [vars.ENCRYPTION_KEY, vars.ENCRYPTION_KEY_PREVIOUS],
    }),
    accessTokenSeconds: vars.JWT_EXPIRES_IN,
    refreshTokenSeconds: vars.REFRESH_TOKEN_EXPIRES_IN,
    ...paymentOf(vars),
    seller: { name: vars.SELLER_NAME, address: vars.SELLER_ADDRESS, taxNote: vars.SELLER_TAX_NOTE },
    ...mediaOf(vars),
    resendApiKey: vars.RESEND_API_KEY,
    mailFrom: vars.MAIL_FROM,
    vapid: together(vars, GROUPS.vapid),
    mediaOrigin: vars.MEDIA_ORIGIN ?? publicUrl,
    r2: together(vars, GROUPS.r2),
    sentryDsn: vars.SENTRY_DSN,
    clamd: vars.CLAMD_ADDRESS,
    streamGraceSeconds: vars.STREAM_GRACE_SECONDS,
    dailyLimits: {
      pictures: vars.DAILY_PICTURES,
      bytes: vars.DAILY_UPLOADS,
      checkouts: vars.DAILY_CHECKOUTS,
      mails: vars.DAILY_MAILS,
      support: vars.DAILY_SUPPORT,
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
    agora: together(vars, GROUPS.agora),
  };
}

function paymentOf(vars: Variables): Pick<Config, 'paymentProvider' | 'stripe' | 'stripeAddsTax' | 'dodo'> {
  const dodo = together(vars, GROUPS.dodo);
  return {
    paymentProvider: vars.PAYMENT_PROVIDER ?? providerWithKeys(vars),
    stripe: together(vars, GROUPS.stripe),
    stripeAddsTax: vars.STRIPE_AUTOMATIC_TAX === 'on',
    dodo: dodo && { ...dodo, environment: vars.DODO_ENVIRONMENT },
  };
}

/**
 * Treats an empty variable as not set, as dashboards and .dev.vars files leave them. wrangler.toml may contain numbers.
 */
function givenIn(env: Partial<Env>): Given {
  const entries = variableNames.map((name) => [name, env[name as Name] ?? ''] as const); // all keys of Env
  return Object.fromEntries(entries.filter(([, value]) => value !== '').map(([name, value]) => [name, String(value)]));
}

/** Returns the group's values, or undefined if one of its variables is not set. */
function together<G extends Group>(vars: TextVariables, group: G): { readonly [key in keyof G]: string } | undefined {
  const values = Object.entries(group).map(([key, name]) => [key, vars[name]] as const);
  if (values.some(([, value]) => value === undefined)) return undefined;
  return Object.fromEntries(values) as { [key in keyof G]: string }; // the group's keys; no value is undefined
}

function togetherFaults(given: Given): string[] {
  const provider = given.PAYMENT_PROVIDER ?? providerWithKeys(given);
  const isBegun = (group: Group) => Object.values(group).some((name) => given[name] !== undefined);
  const needed: { readonly [name in keyof typeof GROUPS]: boolean } = {
    r2: isBegun(GROUPS.r2),
    vapid: isBegun(GROUPS.vapid),
    stripe: provider === 'stripe' || given.STRIPE_SECRET_KEY !== undefined,
    dodo: provider === 'dodo' || given.DODO_API_KEY !== undefined,
    agora: given.MEDIA_PROVIDER === 'agora',
  };
  return Object.entries(GROUPS)
    .filter(([name, group]) => needed[name as keyof typeof GROUPS] && !together(given, group))
    .map(([, group]) => `${Object.values(group).join(', ')} must be set together`);
}

function sandboxFaults(given: Given): string[] {
  return (given.PAYMENT_PROVIDER ?? providerWithKeys(given)) === 'sandbox'
    ? ['STRIPE_SECRET_KEY or DODO_API_KEY must be set in production: the sandbox moves no money']
    : [];
}

/** The provider whose key is set, or the sandbox if none is. */
function providerWithKeys(vars: Pick<Given, 'STRIPE_SECRET_KEY' | 'DODO_API_KEY'>): Config['paymentProvider'] {
  return vars.STRIPE_SECRET_KEY ? 'stripe' : vars.DODO_API_KEY ? 'dodo' : 'sandbox';
}
