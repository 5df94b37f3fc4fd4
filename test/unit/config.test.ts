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

  it('needs no frontend: the Worker has pages of its own', () => {
    expect(refusal({ ...complete, FRONTEND_URL: '' })).toBe('');
    expect(readConfig({ ...complete, FRONTEND_URL: '' }).frontendUrl).toBeUndefined();
  });

  it('that is complete starts, in production, without mailbox or development keys', () => {
    const config = readConfig(complete);
    expect(config.environment).toBe('production');
    expect(config.livekit.apiSecret).toBe('l'.repeat(32));
    expect(config).toMatchObject({ accessTokenSeconds: 900, refreshTokenSeconds: 604_800 });
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
