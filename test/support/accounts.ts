/** What tests of sign-in need of a person: a password, the mails they got, the codes of their app. */
import { env } from 'cloudflare:workers';
import { TOTP } from 'otpauth';
import { expect, vi } from 'vitest';
import type { Asker } from '@/domains/people/auth/asker';
import { hashPassword } from '@/domains/people/auth/passwords';
import { accounts } from '@/domains/people/auth/tables';
import { randomAddress } from './api';
import { testContext } from './context';
import { asUser, type Person } from './users';

export const PASSWORD = 'a horse of another colour';
let passwordHash: Promise<string> | undefined;

/** A user whose password is PASSWORD. */
export async function asUserWithPassword(traits: Parameters<typeof asUser>[0] = {}): Promise<Person> {
  const person = await asUser(traits);
  await givePassword(person.userId);
  return person;
}

/** PASSWORD, hashed once, since each time takes a quarter of a second. */
export async function givePassword(userId: string): Promise<void> {
  passwordHash ??= hashPassword(PASSWORD);
  const secretHash = await passwordHash;
  await testContext()
    .db.insert(accounts)
    .values({ userId, provider: 'password', subject: userId, secretHash, createdAt: 0, updatedAt: 0 });
}

/** Waits for the newest mail to the address whose subject contains this text. */
export function mailTo(email: string, subject: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const mail = await env.DB.prepare(
        'SELECT text FROM mailbox WHERE recipient = ? AND instr(subject, ?) ORDER BY id DESC LIMIT 1',
      )
        .bind(email, subject)
        .first<{ text: string }>();
      if (!mail) throw new Error(`No mail "${subject}" to ${email}`);
      return mail.text;
    },
    { timeout: 5_000, interval: 10 },
  );
}

/** So that the next mail is the one that the test asks for. */
export async function forgetMails(email: string): Promise<void> {
  await env.DB.prepare('DELETE FROM mailbox WHERE recipient = ?').bind(email).run();
}

/** Counts the mails to the address whose subject contains this text: others may still come, behind a response. */
export async function countMails(email: string, subject = ''): Promise<number> {
  const row = await env.DB.prepare('SELECT count(*) AS mails FROM mailbox WHERE recipient = ? AND instr(subject, ?)')
    .bind(email, subject)
    .first<{ mails: number }>();
  return row?.mails ?? 0;
}

/** The six digits of the mail. */
export async function mailedCode(email: string, subject: string): Promise<string> {
  const code = /\b\d{6}\b/.exec(await mailTo(email, subject))?.[0];
  expect(code).toBeDefined();
  return String(code);
}

/** The token of the newest mailed link that verifies the address. */
export async function mailedLinkToken(email: string): Promise<string> {
  const token = /verify-email[#/](?:token=)?(\S+)/.exec(await mailTo(email, 'Verify your email'))?.[1];
  expect(token).toBeDefined();
  return String(token);
}

/** A code of six digits that is not this one. */
export function anotherCode(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}

const PERIOD_MS = 30_000;

/** What the app shows that many steps from now; the server takes one step before and after. */
export function appCode(secret: string, steps = 0): string {
  return new TOTP({ secret }).generate({ timestamp: Date.now() + steps * PERIOD_MS });
}

/** Turned on with the code of the step before, so that the present one and the next are still good. */
export async function turnOnTwoFactor(person: Person): Promise<{ secret: string; backupCodes: string[] }> {
  const begun = await person.post('auth/2fa/enable', { password: PASSWORD });
  expect(begun.status).toBe(200);
  const { secret } = begun.data;
  const on = await person.post('auth/2fa/verify', { code: appCode(secret, -1) });
  expect(on.status).toBe(200);
  return { secret, backupCodes: on.data.backupCodes };
}

/** Who calls, for use cases that are called by hand: a stranger at an address of their own. */
export function stranger(address = randomAddress()): Asker {
  return { address, userAgent: 'test', deviceToken: undefined };
}

/** Holds the Worker's clock still at so many milliseconds from now, until the test ends. */
export function travel(ms: number): void {
  const at = Date.now() + ms;
  vi.spyOn(Date, 'now').mockImplementation(() => at);
}
