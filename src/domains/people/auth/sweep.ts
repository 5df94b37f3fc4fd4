/**
 * Deletes expired credentials, and encrypts TOTP secrets again with the current key while keys rotate. Each run is
 * bounded; the rest waits for the next minute.
 */
import { and, gte, lt, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { literal } from '@/db/sql';
import { clearFormerNames } from '@/domains/base/users/former-names';
import { users } from '@/domains/base/users/tables';
import { resealTotp } from '@/domains/base/users/write';
import { decrypt, encrypt } from '@/shared/crypto';
import { DAY_MS, HOUR_MS } from '@/shared/time';
import { BUDGET_MS } from './challenges';

/** How long a session is kept after it expired, so that its user's data export and staff can still show it. */
const SESSIONS_KEPT_MS = 30 * DAY_MS;
const ROWS_DELETED_MAX = 500;
const SECRETS_RESEALED_MAX = 50;

export async function sweepExpiredCredentials(ctx: Context): Promise<void> {
  const now = ctx.now();
  const rows = literal(ROWS_DELETED_MAX);
  await commit(ctx, [
    ctx.db.run(sql`DELETE FROM otps WHERE (email_key, purpose) IN
      (SELECT email_key, purpose FROM otps WHERE expires_at <= ${now} LIMIT ${rows})`),
    ctx.db.run(sql`DELETE FROM tries WHERE (subject, asker) IN
      (SELECT subject, asker FROM tries WHERE ends_at <= ${now} LIMIT ${rows})`),
    ctx.db.run(sql`DELETE FROM mail_quotas WHERE email_key IN
      (SELECT email_key FROM mail_quotas WHERE window_started_at <= ${now - HOUR_MS} LIMIT ${rows})`),
    ctx.db.run(sql`DELETE FROM sign_in_challenges WHERE id IN
      (SELECT id FROM sign_in_challenges WHERE expires_at <= ${now - BUDGET_MS} LIMIT ${rows})`),
    ctx.db.run(sql`DELETE FROM banned_addresses WHERE address_hash IN
      (SELECT address_hash FROM banned_addresses WHERE until <= ${now} LIMIT ${rows})`),
    ctx.db.run(sql`DELETE FROM email_changes WHERE id IN
      (SELECT id FROM email_changes WHERE kept_until <= ${now} LIMIT ${rows})`),
    clearFormerNames(ctx),
    ctx.db.run(sql`DELETE FROM auth_sessions WHERE id IN
      (SELECT id FROM auth_sessions WHERE expires_at <= ${now - SESSIONS_KEPT_MS} LIMIT ${rows})`),
  ]);
  for (const { kid } of ctx.config.keys.encryption.slice(1)) await resealTotpSecrets(ctx, kid);
}

/** An encrypted text begins with its key's id and a dot, so texts of one key are adjacent in the index. */
async function resealTotpSecrets(ctx: Context, kid: string): Promise<void> {
  const { keys } = ctx.config;
  const old = await ctx.db
    .select({ id: users.id, sealed: users.totpSecret })
    .from(users)
    .where(and(gte(users.totpSecret, `${kid}.`), lt(users.totpSecret, `${kid}/`)))
    .limit(SECRETS_RESEALED_MAX);
  const resealed = await Promise.all(
    old.map(async ({ id, sealed }) => {
      if (!sealed) throw new Error('The index contains only secrets');
      return { id, from: sealed, to: await encrypt(keys, id, await decrypt(keys, id, sealed)) };
    }),
  );
  await commit(
    ctx,
    resealed.map(({ id, from, to }) => resealTotp(ctx, id, from, to)),
  );
}
