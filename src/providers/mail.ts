/** Sends mail through Resend. In development, without its key, mail goes to the mailbox at /dev/mail. */

import { sql } from 'drizzle-orm';
import type { Config } from '@/contracts/config';
import type { Database } from '@/contracts/database';
import type { MailProvider } from '@/contracts/mail';
import { newId } from '@/shared/ids';
import { SECOND_MS } from '@/shared/time';
import { mailError } from './mail-errors';

const TIMEOUT_MS = 10 * SECOND_MS;

export function openMail(config: Config, db: Database, now: () => number): MailProvider {
  const { resendApiKey } = config;
  return resendApiKey ? resend(resendApiKey, config.mailFrom) : mailbox(db, now);
}

function resend(apiKey: string, from: string): MailProvider {
  return {
    async send({ to, subject, text }, idempotencyKey) {
      const call = fetch('https://api.resend.com/emails', {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${apiKey}`,
          'Content-Type': 'application/json',
          'Idempotency-Key': idempotencyKey,
        },
        body: JSON.stringify({ from, to: [to], subject, text }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const response = await call.catch(() => {
        throw mailError('MAIL_UNAVAILABLE'); // no connection, or no answer in time
      });
      return outcomeOf(response);
    },
    async check() {
      const call = fetch('https://api.resend.com/domains', {
        headers: { Authorization: `Bearer ${apiKey}` },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const response = await call.catch(() => {
        throw mailError('MAIL_UNAVAILABLE');
      });
      const name = response.ok ? await response.body?.cancel() : await nameOf(response);
      // Resend knows a key that may only send.
      if (!response.ok && name !== 'restricted_api_key') throw mailError('MAIL_UNAVAILABLE');
    },
  };
}

/** Follows https://resend.com/docs/api-reference/errors. */
async function outcomeOf(response: Response): Promise<'sent' | 'refused'> {
  const { ok, status } = response;
  const name = ok ? await response.body?.cancel() : await nameOf(response);
  // The key was used before: the mail was sent, and its text has changed since, for example by a new name.
  if (ok || name === 'invalid_idempotent_request') return 'sent';
  if (status === 409 || status === 429 || status >= 500) throw mailError('MAIL_UNAVAILABLE');
  if ((status === 400 || status === 422) && name !== 'invalid_from_address') return 'refused';
  // Our key, our address or our domain is wrong: the operator must fix it and replay.
  throw new Error(`Resend answered ${status}`);
}

async function nameOf(response: Response): Promise<unknown> {
  const body: { name?: unknown } | null = await response.json<{ name?: unknown } | null>().catch(() => null);
  return body?.name;
}

function mailbox(db: Database, now: () => number): MailProvider {
  return {
    async send({ to, subject, text }) {
      await db.run(
        sql`INSERT INTO mailbox (id, recipient, subject, text, created_at)
            VALUES (${newId()}, ${to}, ${subject}, ${text}, ${now()})`,
      );
      return 'sent';
    },
  };
}
