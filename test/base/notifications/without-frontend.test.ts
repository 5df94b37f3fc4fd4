/** A platform without a frontend: what is sent names no page that is not there. */
import { expect, it } from 'vitest';
import { mailTo } from '#test/support/accounts';
import { testContext } from '#test/support/context';
import { asViewer } from '#test/support/users';
import { sendNotificationMail } from '@/domains/base/notifications/mail';
import { requireReturnUrls } from '@/http/return-url';

const ctx = testContext({ FRONTEND_URL: '' });

it('a notification mail points to the settings without a link', async () => {
  const { userId, email } = await asViewer();
  const title = 'Zoë follows you';
  await sendNotificationMail(ctx, { type: 'send-notification-mail', userId, key: 'k', title, body: '' });
  const text = await mailTo(email, title);
  expect(text).toContain('in your settings.');
  expect(text).not.toMatch(/undefined|http/);
});

it('people are sent back to the API and the allowed origins alone', () => {
  expect(() => requireReturnUrls(ctx.config, { successUrl: 'http://localhost:8787/done' })).not.toThrow();
  expect(() => requireReturnUrls(ctx.config, { successUrl: 'https://undefined/done' })).toThrow();
});
