/** What goes to Resend, and what its answers mean to whoever mails. */
import { describe, expect, it, vi } from 'vitest';
import { testContext } from '#test/support/context';
import { outside } from '#test/support/notifications';
import { openMail } from '@/providers/mail';

const MAIL = { to: 'ada@footlight.test', subject: 'Hello', text: 'How are you?\n' };

function send(mail = MAIL) {
  const { config, db, now } = testContext();
  return openMail({ ...config, resendApiKey: 're_key', mailFrom: 'Footlight <hi@footlight.test>' }, db, now).send(
    mail,
    'key-1',
  );
}

/** @param name what Resend calls the error */
function resendAnswers(status: number, name?: string): void {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () =>
    Response.json({ statusCode: status, name, message: 'as it says' }, { status }),
  );
}

it('a mail is posted with the key of the platform and its own', async () => {
  const calls = outside(200);
  expect(await send()).toBe('sent');
  expect(calls).toHaveLength(1);
  const [{ url, headers, body } = { url: '', headers: new Headers(), body: new Uint8Array() }] = calls;
  expect(url).toBe('https://api.resend.com/emails');
  expect(Object.fromEntries(headers)).toMatchObject({
    authorization: 'Bearer re_key',
    'content-type': 'application/json',
    'idempotency-key': 'key-1',
  });
  expect(JSON.parse(Buffer.from(body).toString())).toEqual({
    from: 'Footlight <hi@footlight.test>',
    to: ['ada@footlight.test'],
    subject: 'Hello',
    text: 'How are you?\n',
  });
});

describe('Resend', () => {
  it.each([
    [409, 'concurrent_idempotent_requests'],
    [429, 'rate_limit_exceeded'],
    [429, 'daily_quota_exceeded'],
    [500, 'application_error'],
    [503, undefined],
  ])('is away with %i %s', async (status, name) => {
    resendAnswers(status, name);
    await expect(send()).rejects.toMatchObject({ code: 'MAIL_UNAVAILABLE', status: 503 });
  });

  it.each([
    [400, 'validation_error'],
    [422, 'validation_error'],
    [422, 'missing_required_field'],
  ])('refuses the mail with %i %s', async (status, name) => {
    resendAnswers(status, name);
    expect(await send()).toBe('refused');
  });

  it('has mailed under the key before, when it knows it with another mail', async () => {
    resendAnswers(409, 'invalid_idempotent_request');
    expect(await send()).toBe('sent');
  });

  it.each([
    [401, 'missing_api_key'],
    [403, 'invalid_api_key'],
    [422, 'invalid_from_address'],
  ])('has a fault of ours with %i %s', async (status, name) => {
    resendAnswers(status, name);
    await expect(send()).rejects.toThrow(`Resend answered ${status}`);
  });

  it('is waited for ten seconds, and away after that', async () => {
    const limits = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort());
    await expect(send()).rejects.toMatchObject({ code: 'MAIL_UNAVAILABLE' });
    expect(limits.mock.calls).toEqual([[10_000]]);
  });
});
