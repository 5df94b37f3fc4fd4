import { describe, expect, it } from 'vitest';
import { ConfigError, type Env, readConfig } from '@/config';

const complete = {
  JWT_SECRET: 'j'.repeat(32),
  ENCRYPTION_KEY: 'e'.repeat(32),
  PUBLIC_URL: 'https://api.footlight.test',
  FRONTEND_URL: 'https://footlight.test',
  RESEND_API_KEY: 're_key',
  STRIPE_SECRET_KEY: 'sk_live_key',
  STRIPE_WEBHOOK_SECRET: 'whsec_secret',
  LIVEKIT_URL: 'wss://livekit.test',
  LIVEKIT_API_KEY: 'key',
  LIVEKIT_API_SECRET: 'l'.repeat(32),
} satisfies Partial<Env>;

function refusal(env: Partial<Env>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('configuration', () => {
  it('with nothing set is that of production, and refuses by naming every fault at once', () => {
    const message = refusal({});
    for (const name of ['JWT_SECRET', 'ENCRYPTION_KEY']) expect(message).toContain(name);
    const { RESEND_API_KEY, PUBLIC_URL, LIVEKIT_API_SECRET, ...rest } = complete;
    for (const name of ['RESEND_API_KEY', 'PUBLIC_URL', 'LIVEKIT_API_SECRET']) expect(refusal(rest)).toContain(name);
  });

  it.each(['JWT_SECRET', 'ENCRYPTION_KEY', 'JWT_SECRET_PREVIOUS', 'LIVEKIT_API_SECRET'] as const)(
    'refuses a weak %s without telling it',
    (name) => {
      const message = refusal({ ...complete, [name]: 'hunter2-weak' });
      expect(message).toContain(name);
      expect(message).not.toContain('hunter2');
    },
  );

  it('takes an empty variable for one that is not set', () => {
    expect(refusal({ ...complete, JWT_SECRET: '' })).toContain('JWT_SECRET');
    expect(refusal({ ...complete, OWNER_EMAIL: '', SENTRY_DSN: '' })).toBe('');
  });

  it('that is complete starts, in production, without mailbox or development keys', () => {
    const config = readConfig(complete);
    expect(config.environment).toBe('production');
    expect(config.livekit.apiSecret).toBe('l'.repeat(32));
    expect(config).toMatchObject({ accessTokenSeconds: 900, refreshTokenSeconds: 604_800 });
  });

  it.each([
    ['JWT_EXPIRES_IN', '1h', ['61m', '3601s', '2h', '1d', '0s', '00m', '99999999999999999999s']],
    ['REFRESH_TOKEN_EXPIRES_IN', '90d', ['91d', '2161h', '0d']],
  ] as const)('bounds %s to %s, and says so', (name, max, refused) => {
    expect(refusal({ ...complete, [name]: max })).toBe('');
    for (const value of refused)
      expect(refusal({ ...complete, [name]: value })).toContain(`${name} must be between 1s and ${max}`);
    expect(refusal({ ...complete, [name]: '15' })).toContain(`${name} must be a number with a unit`);
  });

  it('has the keys of Web Push whole or not at all', () => {
    const vapid = {
      VAPID_PUBLIC_KEY: `B${'A'.repeat(86)}`,
      VAPID_PRIVATE_KEY: 'A'.repeat(43),
      VAPID_SUBJECT: 'mailto:push@footlight.test',
    };
    expect(readConfig({ ...complete, ...vapid }).vapid).toMatchObject({ subject: vapid.VAPID_SUBJECT });
    expect(readConfig(complete).vapid).toBeUndefined();
    const { VAPID_SUBJECT, ...rest } = vapid;
    expect(refusal({ ...complete, ...rest })).toContain('VAPID_SUBJECT');
    expect(refusal({ ...complete, ...vapid, VAPID_SUBJECT: 'push@footlight.test' })).toContain('VAPID_SUBJECT');
  });

  it('names the bucket for large files whole or not at all', () => {
    const r2 = {
      R2_ACCOUNT_ID: '0'.repeat(32),
      R2_BUCKET: 'footlight-media',
      R2_ACCESS_KEY_ID: 'key',
      R2_SECRET_ACCESS_KEY: 'secret',
    };
    expect(readConfig(complete).r2).toBeUndefined();
    expect(readConfig({ ...complete, ...r2 }).r2?.bucket).toBe('footlight-media');
    for (const name of Object.keys(r2)) expect(refusal({ ...complete, ...r2, [name]: '' })).toContain(name);
    expect(refusal({ ...complete, ...r2, R2_ACCOUNT_ID: 'evil.test/' })).toContain('R2_ACCOUNT_ID');
  });

  it('reads limits of a day and of the first day, in pieces and in sizes', () => {
    const limits = { DAILY_PICTURES: '1000/0', DAILY_UPLOADS: '2GB/500MB', DAILY_MAILS: '' };
    expect(readConfig({ ...complete, ...limits }).dailyLimits).toMatchObject({
      pictures: { aDay: 1_000, onFirstDay: 0 },
      bytes: { aDay: 2 * 1_024 ** 3, onFirstDay: 500 * 1_024 ** 2 },
      mails: { aDay: 20, onFirstDay: 5 },
    });
    for (const text of ['300', '300/', '/60', '-1/5', '1.5/1', '3 / 6', '10gb/1gb', '10TB/1TB', 'unlimited'])
      expect(refusal({ ...complete, DAILY_PICTURES: text }), text).toContain('DAILY_PICTURES');
  });

  it('reads durations with their unit', () => {
    expect(readConfig({ ...complete, JWT_EXPIRES_IN: '90s' }).accessTokenSeconds).toBe(90);
    expect(refusal({ ...complete, JWT_EXPIRES_IN: '15' })).toContain('JWT_EXPIRES_IN');
  });

  it('keeps the previous secret for what it signed', () => {
    const { keys } = readConfig({ ...complete, JWT_SECRET_PREVIOUS: 'p'.repeat(32) });
    expect(keys.signing).toHaveLength(2);
    expect(keys.encryption).toHaveLength(1);
  });
});
