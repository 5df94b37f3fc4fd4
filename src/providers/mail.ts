/** Mail goes out by Resend; without its key, in development, it lands in the mailbox at /dev/mail. */
import { sql } from 'drizzle-orm';
import type { Config } from '@/config';
import type { Database } from '@/db/client';
import { newId } from '@/shared/ids';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text: there is nothing to escape, and every reader shows it. */
  readonly text: string;
}

export interface MailProvider {
  /** @param idempotencyKey the same key is sent at most once. Throws when the provider is away or refuses. */
  send(mail: Mail, idempotencyKey: string): Promise<void>;
}

export function openMail(config: Config, db: Database, now: () => number): MailProvider {
  const { resendApiKey } = config;
  return resendApiKey ? resend(resendApiKey, config.mailFrom) : mailbox(db, now);
}

function resend(apiKey: string, from: string): MailProvider {
  return {
    async send({ to, subject, text }, idempotencyKey) {
      const response = await fetch('https://api.resend.com/emails', {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${apiKey}`,
          'Content-Type': 'application/json',
          'Idempotency-Key': idempotencyKey,
        },
        body: JSON.stringify({ from, to: [to], subject, text }),
      });
      if (!response.ok) throw new Error(`Resend answered ${response.status}`);
      await response.body?.cancel();
    },
  };
}

function mailbox(db: Database, now: () => number): MailProvider {
  return {
    async send({ to, subject, text }) {
      await db.run(
        sql`INSERT INTO mailbox (id, recipient, subject, text, created_at)
            VALUES (${newId()}, ${to}, ${subject}, ${text}, ${now()})`,
      );
    },
  };
}
