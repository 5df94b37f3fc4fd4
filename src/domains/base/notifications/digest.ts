/**
 * Mails staff who chose mail what waits for them: at most one mail an hour, and only if something came since the last
 * one. The mail lists counts, as the list in the app does.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { STAFF_MATTERS } from '@/contracts/staff-matters';
import { commit } from '@/db/commit';
import { int, literal } from '@/db/sql';
import { staffCan } from '@/domains/base/permissions/permissions';
import { staff } from '@/domains/base/permissions/tables';
import { userSettings } from '@/domains/base/settings/tables';
import { users } from '@/domains/base/users/tables';
import { isActive } from '@/domains/base/visibility/people';
import type { Staff } from '@/shared/actor';
import { HOUR_MS } from '@/shared/time';
import { type Speech, speechOf } from '@/texts/languages';
import { sentenceOf } from '@/texts/sentences';
import { notifications, staffDigests } from './tables';

const DIGEST_MS = HOUR_MS;
const PEOPLE_A_RUN = 20;

const MATTERS = Object.entries(STAFF_MATTERS).map(([name, matter]) => ({ name, ...matter }));
const GROUPS = JSON.stringify(MATTERS.map(({ group }) => group));

interface Due {
  readonly userId: string;
  readonly rank: Staff['rank'];
  readonly granted: string;
  readonly denied: string;
  readonly sentAt: number | null;
  readonly language: string;
  /** JSON: `{ group, count }` of each row that counts something. */
  readonly waiting: string;
}

/** @returns whether there may be more to do */
export async function sendStaffDigests(ctx: Context): Promise<boolean> {
  const now = ctx.now();
  const due = await listDue(ctx, now);
  for (const person of due) await sendDigest(ctx, person, now);
  return due.length === PEOPLE_A_RUN;
}

/** Staff are few, and each has at most one row for each matter and setting, which an index finds. */
function listDue(ctx: Context, now: number): Promise<Due[]> {
  const rows = sql`FROM ${notifications} n WHERE n.user_id = staff.user_id
    AND n.group_key IN (SELECT value FROM json_each(${GROUPS})) AND n.actor_count > 0`;
  return ctx.db.all<Due>(sql`
    SELECT staff.user_id AS userId, staff.rank, staff.granted, staff.denied, digest.sent_at AS sentAt,
      user_settings.language,
      (SELECT json_group_array(json_object('group', n.group_key, 'count', n.actor_count)) ${rows}) AS waiting
    FROM ${staff}
    JOIN ${users} ON users.id = staff.user_id AND ${isActive()}
    JOIN ${userSettings} ON user_settings.user_id = staff.user_id
      AND json_extract(user_settings.notifications, '$.staff.email')
    LEFT JOIN ${staffDigests} digest ON digest.user_id = staff.user_id
    WHERE coalesce(digest.sent_at, 0) <= ${now - DIGEST_MS}
      AND EXISTS (SELECT 1 ${rows} AND n.created_at > coalesce(digest.sent_at, 0))
    LIMIT ${literal(PEOPLE_A_RUN)}`);
}

/** Two runs at once send one mail: the second one finds the row changed. */
function sendDigest(ctx: Context, { userId, sentAt, ...person }: Due, now: number): Promise<unknown> {
  const speech = speechOf(person.language);
  const lines = linesOf(person, speech);
  const task = {
    type: 'send-notification-mail',
    userId,
    key: `staff-digest:${userId}:${now}`,
    title: speech.say(speech.texts.mails.digest.subject),
    body: lines.join('\n'),
    language: person.language,
  } as const;
  return commit(
    ctx,
    [
      ctx.db.run(sql`INSERT INTO ${staffDigests} (user_id, sent_at) VALUES (${userId}, ${int(now)})
        ON CONFLICT DO UPDATE SET sent_at = excluded.sent_at WHERE staff_digests.sent_at IS ${sentAt}`),
    ],
    { events: lines.length === 0 ? [] : [{ kind: 'task', task }] },
  );
}

/** Leaves out what the person may no longer decide about. */
function linesOf({ rank, granted, denied, waiting }: Omit<Due, 'userId' | 'sentAt'>, speech: Speech): string[] {
  const person: Staff = { rank, granted: JSON.parse(granted), denied: JSON.parse(denied), country: null }; // CHECKed JSON
  const counts = JSON.parse(waiting) as { group: string; count: number }[]; // listDue
  return MATTERS.filter(({ permission }) => staffCan(person, permission)).flatMap(({ name, kind, group }) => {
    const count = counts.filter((row) => row.group === group).reduce((most, row) => Math.max(most, row.count), 0);
    return count > 0 ? [sentenceOf(speech, kind, { matter: name, count }).title] : [];
  });
}
