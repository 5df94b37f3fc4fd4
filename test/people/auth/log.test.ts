/** The log of an account names ids and no secrets. */
import { describe, expect, it, vi } from 'vitest';
import { mailedCode, PASSWORD } from '#test/support/accounts';
import { client } from '#test/support/api';

describe('the log of an account', () => {
  it('names ids, and no address, password, code or token', async () => {
    const lines: string[] = [];
    for (const level of ['log', 'info', 'warn', 'error'] as const)
      vi.spyOn(console, level).mockImplementation((...parts) => void lines.push(parts.join(' ')));
    const anyone = client();
    const email = 'quiet.person@footlight.test';
    const { userId } = (await anyone.post('auth/signup/email', { email, password: PASSWORD })).data;
    const otp = await mailedCode(email, 'verify this address');
    await anyone.post('auth/verify-email', { email, otp, password: PASSWORD });
    await anyone.post('auth/login', { email, password: 'something else' });
    const { data } = await anyone.post('auth/login', { email, password: PASSWORD });
    const next = await anyone.post('auth/refresh', { refreshToken: data.refreshToken });
    await client({ authorization: `Bearer ${data.token}` }).post('auth/logout');

    const log = lines.join('\n');
    for (const event of ['user.registered', 'email.verified', 'sign-in.refused', 'session.started', 'session.ended'])
      expect(log).toContain(`"event":"${event}"`);
    expect(log).toContain(userId);
    const secrets = [email, 'quiet.person', PASSWORD, 'something else', `"${otp}"`, data.token];
    for (const secret of [...secrets, data.accessToken, data.refreshToken, next.data.refreshToken])
      expect(log).not.toContain(secret);
  });
});
