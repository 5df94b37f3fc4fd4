import { describe, expect, it } from 'vitest';
import { PRODUCTION } from '#test/support/production';
import { ConfigError, type Env, readConfig } from '@/config';
import { variableNames } from '@/config/variables';
import { DEPLOYED_VARS } from '../scripts/bench/plan';

/** What is said of an environment that is refused; nothing of one that is taken. */
function refusal(env: Partial<Env>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

const faultsOf = (env: Partial<Env>) => refusal({ ...PRODUCTION, ...env });
const REQUIRED = [
  ...['JWT_SECRET', 'ENCRYPTION_KEY', 'PUBLIC_URL', 'MAIL_FROM', 'RESEND_API_KEY'],
  ...['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET'],
];
const SECRETS = {
  ...{ JWT_SECRET: '', JWT_SECRET_PREVIOUS: '', ENCRYPTION_KEY: '', ENCRYPTION_KEY_PREVIOUS: '' },
  ...{ LIVEKIT_API_SECRET: '', STRIPE_SECRET_KEY: '', STRIPE_WEBHOOK_SECRET: '', RESEND_API_KEY: '' },
  ...{ DODO_API_KEY: '', DODO_WEBHOOK_SECRET: '', R2_SECRET_ACCESS_KEY: '' },
} satisfies Partial<Env>;
const secretNames = Object.keys(SECRETS) as (keyof typeof SECRETS)[]; // its own

describe('configuration', () => {
  it('of the bench is one of production', () => {
    expect(refusal(DEPLOYED_VARS as Partial<Env>)).toBe(''); // it reads the names that it knows
  });

  it('with nothing set is that of production, and refuses by naming every fault at once', () => {
    const message = refusal({});
    for (const name of [...REQUIRED, 'STRIPE_SECRET_KEY']) expect(message).toContain(name);
  });

  it('names what production lacks beside what is malformed', () => {
    const message = refusal({
      ENVIRONMENT: 'prod',
      JWT_SECRET: 'short',
      PUBLIC_URL: 'http://localhost:8787',
      OWNER_EMAIL: 'nobody',
      CORS_ORIGIN: '*',
      STRIPE_SECRET_KEY: 'aaaaaaaaaaaaaaaa',
      R2_BUCKET: 'media',
      VAPID_SUBJECT: 'mailto:push@example.com',
    });
    const named = [
      ...['ENVIRONMENT', 'PUBLIC_URL must be https', 'PUBLIC_URL must be at a public host', 'OWNER_EMAIL'],
      ...['JWT_SECRET must have at least 32', 'JWT_SECRET must have at least 10 different', 'CORS_ORIGIN'],
      ...['STRIPE_SECRET_KEY must have at least 10', 'STRIPE_WEBHOOK_SECRET', 'R2_ACCOUNT_ID', 'VAPID_PUBLIC_KEY'],
      ...['VAPID_SUBJECT must be at a public host', ...REQUIRED],
    ];
    for (const fault of named) expect(message).toContain(fault);
  });

  it('never tells a value', () => {
    const value = 'Hunter2';
    for (const name of variableNames) expect(faultsOf({ [name]: value })).not.toContain(value);
    const url = 'http://hunter2.localhost/hunter2';
    for (const name of variableNames) expect(faultsOf({ [name]: url }), name).not.toContain('hunter2');
  });

  it.each(['JWT_SECRET', 'ENCRYPTION_KEY', 'JWT_SECRET_PREVIOUS', 'LIVEKIT_API_SECRET'] as const)(
    'refuses a short %s',
    (name) => expect(faultsOf({ [name]: 'hunter2-weak' })).toContain(`${name} must have at least 32 characters`),
  );

  it('takes an empty variable for one that is not set', () => {
    expect(faultsOf({ JWT_SECRET: '' })).toContain('JWT_SECRET must be set');
    expect(faultsOf({ OWNER_EMAIL: '', SENTRY_DSN: '', JWT_SECRET_PREVIOUS: '' })).toBe('');
  });

  it('needs no frontend: the Worker has pages of its own', () => {
    expect(refusal({ ...PRODUCTION, FRONTEND_URL: '' })).toBe('');
    expect(readConfig({ ...PRODUCTION, FRONTEND_URL: '' }).frontendUrl).toBeUndefined();
  });

  it('that is complete starts, in production, without mailbox or development keys', () => {
    const config = readConfig(PRODUCTION);
    expect(config.environment).toBe('production');
    expect(config.livekit.apiSecret).toBe(PRODUCTION.LIVEKIT_API_SECRET);
    expect(config).toMatchObject({ accessTokenSeconds: 900, refreshTokenSeconds: 604_800 });
  });

  it.each([
    ['JWT_EXPIRES_IN', '1h', ['61m', '3601s', '2h', '1d', '0s', '00m', '99999999999999999999s']],
    ['REFRESH_TOKEN_EXPIRES_IN', '90d', ['91d', '2161h', '0d']],
  ] as const)('bounds %s to %s, and says so', (name, max, refused) => {
    expect(refusal({ ...PRODUCTION, [name]: max })).toBe('');
    for (const value of refused)
      expect(refusal({ ...PRODUCTION, [name]: value })).toContain(`${name} must be between 1s and ${max}`);
    expect(refusal({ ...PRODUCTION, [name]: '15' })).toContain(`${name} must be a number with a unit`);
  });

  it('needs neither a frontend nor other origins', () => {
    const { FRONTEND_URL, CORS_ORIGIN, ...rest } = PRODUCTION;
    expect(readConfig(rest)).toMatchObject({ frontendUrl: undefined, corsOrigins: [] });
  });

  it('has the keys of Web Push whole or not at all', () => {
    const vapid = {
      VAPID_PUBLIC_KEY: `BE_61ktFoQUpjEhn1JWlWYFVSqiBUj3s${'A'.repeat(55)}`,
      VAPID_PRIVATE_KEY: 'NhSLP9onjewIju67HMB1r2vbgmT27FcFHY4x56ITsk8',
      VAPID_SUBJECT: 'mailto:push@footlight.live',
    };
    expect(readConfig({ ...PRODUCTION, ...vapid }).vapid).toMatchObject({ subject: vapid.VAPID_SUBJECT });
    expect(readConfig(PRODUCTION).vapid).toBeUndefined();
    const { VAPID_SUBJECT, ...rest } = vapid;
    expect(faultsOf(rest)).toContain('VAPID_SUBJECT');
    expect(faultsOf({ ...vapid, VAPID_SUBJECT: 'push@footlight.live' })).toContain('VAPID_SUBJECT');
  });

  it('names the bucket for large files whole or not at all', () => {
    const r2 = {
      R2_ACCOUNT_ID: '0'.repeat(32),
      R2_BUCKET: 'footlight-media',
      R2_ACCESS_KEY_ID: 'key',
      R2_SECRET_ACCESS_KEY: 'Ua5RtY7uIo9PqWe3',
    };
    expect(readConfig(PRODUCTION).r2).toBeUndefined();
    expect(readConfig({ ...PRODUCTION, ...r2 }).r2?.bucket).toBe('footlight-media');
    for (const name of Object.keys(r2)) expect(faultsOf({ ...r2, [name]: '' })).toContain(name);
    expect(faultsOf({ ...r2, R2_ACCOUNT_ID: 'evil.test/' })).toContain('R2_ACCOUNT_ID');
  });

  it('reads limits for a day and for the first day, as numbers and as sizes', () => {
    const limits = { DAILY_PICTURES: '1000/0', DAILY_UPLOADS: '2GB/500MB', DAILY_MAILS: '' };
    expect(readConfig({ ...PRODUCTION, ...limits }).dailyLimits).toMatchObject({
      pictures: { aDay: 1_000, onFirstDay: 0 },
      bytes: { aDay: 2 * 1_024 ** 3, onFirstDay: 500 * 1_024 ** 2 },
      mails: { aDay: 20, onFirstDay: 5 },
    });
    for (const text of ['300', '300/', '/60', '-1/5', '1.5/1', '3 / 6', '10gb/1gb', '10TB/1TB', 'unlimited'])
      expect(refusal({ ...PRODUCTION, DAILY_PICTURES: text }), text).toContain('DAILY_PICTURES');
  });

  it('reads durations with their unit', () => {
    expect(readConfig({ ...PRODUCTION, JWT_EXPIRES_IN: '90s' }).accessTokenSeconds).toBe(90);
    expect(faultsOf({ JWT_EXPIRES_IN: '15' })).toContain('JWT_EXPIRES_IN');
  });

  it('keeps the previous secret for what it signed', () => {
    const { keys } = readConfig({ ...PRODUCTION, JWT_SECRET_PREVIOUS: 'Pl0OkM9ijN8uhB7ygV6tfC5rdX4esZ3w' });
    expect(keys.signing).toHaveLength(2);
    expect(keys.encryption).toHaveLength(1);
  });
});

describe('in production', () => {
  it.each(secretNames)('%s has ten different characters or more', (name) => {
    const fault = `${name} must have at least 10 different characters`;
    expect(faultsOf({ [name]: 'abcdefghi'.repeat(8) })).toContain(fault);
    expect(faultsOf({ [name]: 'abcdefghij'.repeat(8) })).not.toContain(fault);
    if (name !== 'STRIPE_WEBHOOK_SECRET') expect(faultsOf({ [name]: 'abcde,fghij'.repeat(8) })).not.toContain(fault);
  });

  it('each webhook secret of a list is looked at by itself', () => {
    const { STRIPE_WEBHOOK_SECRET: first, JWT_SECRET } = PRODUCTION;
    expect(faultsOf({ STRIPE_WEBHOOK_SECRET: `${first}, whsec_0Kz8Vq3LpX` })).toBe('');
    expect(faultsOf({ STRIPE_WEBHOOK_SECRET: `${first},abcdabcdabcdabcd` })).toContain('STRIPE_WEBHOOK_SECRET');
    expect(faultsOf({ STRIPE_WEBHOOK_SECRET: `${first}, ${JWT_SECRET}` })).toContain(
      'JWT_SECRET and STRIPE_WEBHOOK_SECRET must not be the same',
    );
  });

  it.each(secretNames.filter((name) => name !== 'ENCRYPTION_KEY'))('%s is no other secret again', (name) => {
    const message = faultsOf({ [name]: PRODUCTION.ENCRYPTION_KEY });
    expect(message).toMatch(/must not be the same/);
    expect(message).toContain(name);
    expect(message).toContain('ENCRYPTION_KEY');
  });

  it('no secret equals a value that is not secret', () => {
    const seen = { LIVEKIT_API_KEY: PRODUCTION.LIVEKIT_API_SECRET };
    expect(faultsOf(seen)).toContain('LIVEKIT_API_KEY and LIVEKIT_API_SECRET must not be the same');
  });

  it('a key of LiveKit is not that of its development server', () => {
    expect(faultsOf({ LIVEKIT_API_KEY: 'devkey' })).toContain('LIVEKIT_API_KEY');
  });

  it.each([
    ['PUBLIC_URL', 'http'],
    ['FRONTEND_URL', 'http'],
    ['CORS_ORIGIN', 'http'],
    ['MEDIA_ORIGIN', 'http'],
    ['LIVEKIT_URL', 'ws'],
    ['LIVEKIT_URL', 'http'],
    ['SENTRY_DSN', 'http'],
  ])('%s is not reached by %s', (name, scheme) => {
    expect(faultsOf({ [name]: `${scheme}://app.footlight.live` })).toContain(`${name} must be`);
    expect(faultsOf({ [name]: `${scheme}s://app.footlight.live` })).toBe('');
  });

  it.each([
    ...['example.com', 'www.example.com', 'example.org', 'api.example.net', 'EXAMPLE.com', 'example.com.'],
    ...[
      'localhost',
      'localhost.',
      'app.localhost',
      'footlight.test',
      'app.example',
      'a.invalid',
      'nas.local',
      'backend',
    ],
    ...['127.0.0.1', '127.1', '0x7f.1', '10.0.0.7', '172.16.3.4', '192.168.0.2', '169.254.169.254', '0.0.0.0'],
    ...['[::1]', '[fd00::1]', '[::ffff:10.0.0.1]'],
  ])('no URL is at %s', (host) => {
    for (const name of ['PUBLIC_URL', 'FRONTEND_URL', 'MEDIA_ORIGIN', 'LIVEKIT_URL'])
      expect(faultsOf({ [name]: `https://${host}:8443` })).toContain(`${name} must be at a public host`);
    const origin = new URL(`https://${host}`).origin;
    expect(faultsOf({ CORS_ORIGIN: `https://footlight.live, ${origin}` })).toContain('CORS_ORIGIN must be at a public');
  });

  it.each(['https://notexample.com', 'https://example.com.footlight.live', 'https://1.2.3.4.footlight.live'])(
    'a URL at %s is taken',
    (url) => expect(faultsOf({ PUBLIC_URL: url, FRONTEND_URL: url, CORS_ORIGIN: url })).toBe(''),
  );

  it.each([
    ...[
      '*',
      'null',
      'footlight.live',
      'https://footlight.live/',
      'https://footlight.live/app',
      'https://*.footlight.live',
    ],
    ...['https://Footlight.live', 'https://footlight.live:443', 'https://me@footlight.live', 'wss://footlight.live'],
  ])('%s is no origin that browsers name', (entry) => {
    expect(faultsOf({ CORS_ORIGIN: entry })).toContain('CORS_ORIGIN');
    expect(faultsOf({ CORS_ORIGIN: `https://footlight.live,${entry}` })).toContain('CORS_ORIGIN');
  });

  it.each(['Footlight <no-reply@footlight.test>', 'no-reply@example.com', 'A <a@mail.localhost>', 'Footlight', 'a@'])(
    'no mail is from %s',
    (sender) => expect(faultsOf({ MAIL_FROM: sender })).toContain('MAIL_FROM must'),
  );

  it('a bare address sends mail as well', () => {
    expect(faultsOf({ MAIL_FROM: 'no-reply@footlight.live' })).toBe('');
  });

  it.each(['owner@example.com', 'owner@footlight.test', 'owner@mail.example.org'])('the owner is not %s', (email) => {
    expect(faultsOf({ OWNER_EMAIL: email })).toContain('OWNER_EMAIL must');
  });
});

describe("on one's own machine", () => {
  it('plain HTTP, short provider keys and equal secrets are taken', () => {
    const here = {
      ENVIRONMENT: 'development',
      JWT_SECRET: 'a'.repeat(32),
      ENCRYPTION_KEY: 'a'.repeat(32),
      PUBLIC_URL: 'http://localhost:8787',
      CORS_ORIGIN: 'http://localhost:5173,http://localhost:3000',
    };
    expect(refusal(here)).toBe('');
    expect(refusal({ ...here, CORS_ORIGIN: 'http://localhost:5173/' })).toContain('CORS_ORIGIN');
  });
});
