/**
 * Builds an export that is too large for one request, one step per `tasks` message: each part, then closing the file,
 * then the mail. A step claims the row, and commits its outcome, the row's next step and the next message in one batch.
 * So a repeated message or a crashed consumer causes no second file and no second mail.
 */

import { and, eq, gt, isNull, lte, ne } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { TaskMessage } from '@/contracts/messages';
import { commit, requireChange } from '@/db/commit';
import { signedMediaUrl } from '@/domains/base/media/keys';
import { closeFile, nameFile, PART_BYTES, putPart } from '@/domains/base/media/written-file';
import { ownUsername } from '@/domains/base/users/stage';
import { users } from '@/domains/base/users/tables';
import { exportReadyMail } from '@/domains/people/auth/mails';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '@/shared/time';
import { writePart } from './document';
import { privacyError } from './errors';
import { dropExport } from './export-rows';
import { accountExports, type ExportPlace, type ExportRow } from './tables';

/** As long as a consumer may run, and shorter than the queue keeps retrying. */
const HELD_MS = 15 * MINUTE_MS;
/** How long the link in the mail works. */
const KEPT_MS = 7 * DAY_MS;

type BuildTask = Extract<TaskMessage, { type: 'build-export' }>;

/**
 * Takes one step. The largest writes one part: some 150 reads of D1, or as many rooms as a part may query. Throws
 * EXPORT_CONFLICT while another consumer holds the export, and MEDIA_STORE_UNAVAILABLE.
 */
export async function buildExport(ctx: Context, task: BuildTask): Promise<void> {
  const row = await claim(ctx, task);
  if (!row) return;
  try {
    await takeStep(ctx, row);
  } catch (error) {
    await letGo(ctx, task);
    throw error;
  }
}

/**
 * Drops an export whose retries are spent, so that the user can request another. Keeps one that is ready but not
 * mailed.
 */
export async function giveUpExport(ctx: Context, task: BuildTask): Promise<void> {
  const row = await ctx.db
    .select()
    .from(accountExports)
    .where(and(isAt(task), isNull(accountExports.readyAt)))
    .get();
  if (!row) return;
  await drop(ctx, row);
  ctx.log.event('export.given-up', { userId: row.userId });
}

/** Returns undefined if the step was already taken or the export is gone. Throws EXPORT_CONFLICT if it is held. */
async function claim(ctx: Context, task: BuildTask): Promise<ExportRow | undefined> {
  const now = ctx.now();
  const [row] = await ctx.db
    .update(accountExports)
    .set({ heldUntil: now + HELD_MS })
    .where(and(isAt(task), lte(accountExports.heldUntil, now)))
    .returning();
  if (row) return row;
  const held = await ctx.db.select({ id: accountExports.id }).from(accountExports).where(isAt(task)).get();
  if (held) throw privacyError('EXPORT_CONFLICT');
  return undefined;
}

/** Releases the claim. If that fails too, the claim expires on its own. */
async function letGo(ctx: Context, task: BuildTask): Promise<void> {
  const release = ctx.db.update(accountExports).set({ heldUntil: 0 }).where(isAt(task));
  await release.catch((error) => ctx.log.fault('export', error));
}

function isAt({ exportId, step }: BuildTask) {
  return and(eq(accountExports.id, exportId), eq(accountExports.step, step));
}

interface Owner {
  readonly email: string;
  readonly username: string;
  readonly emailVerifiedAt: number | null;
}

async function takeStep(ctx: Context, row: ExportRow): Promise<void> {
  const owner = await ctx.db
    .select({ email: users.email, username: ownUsername, emailVerifiedAt: users.emailVerifiedAt })
    .from(users)
    .where(and(eq(users.id, row.userId), ne(users.status, 'deleted')))
    .get();
  // Deleted since. A banned user may export too.
  if (!owner) return drop(ctx, row);
  if (row.place !== null) return addPart(ctx, row, row.place);
  if (row.readyAt === null) return finish(ctx, row);
  return mailLink(ctx, row, owner);
}

async function addPart(ctx: Context, row: ExportRow, from: ExportPlace): Promise<void> {
  const { bytes, next } = await writePart(ctx, row.userId, from, PART_BYTES);
  if (next === from) throw new Error(`A row of ${from.list} is larger than a part`);
  const etag = await putPart(ctx, row, row.parts.length + 1, bytes);
  await advance(ctx, row, { place: next, parts: [...row.parts, etag] }, { goesOn: true });
}

async function finish(ctx: Context, row: ExportRow): Promise<void> {
  const bytes = await closeFile(ctx, row, row.parts);
  const now = ctx.now();
  const name = nameFile(ctx, { key: row.key, ownerId: row.userId, kind: 'export', bytes });
  await advance(ctx, row, { readyAt: now, expiresAt: now + KEPT_MS }, { goesOn: true, statements: [name] });
  ctx.log.event('account.exported', { userId: row.userId, bytes });
}

/** Mails the link to the current address if it is verified. Otherwise only the API says that the export is ready. */
async function mailLink(ctx: Context, row: ExportRow, { emailVerifiedAt, ...to }: Owner): Promise<void> {
  if (emailVerifiedAt !== null) {
    const url = await signedMediaUrl(ctx, row.key, Math.floor((row.expiresAt - ctx.now()) / SECOND_MS));
    const outcome = await ctx.mail.send(
      await exportReadyMail(ctx, { id: row.userId, ...to }, { ...row, url }),
      `export:${row.id}`,
    );
    if (outcome === 'refused') ctx.log.warning('export mail', 'MAIL_REFUSED'); // the API still says that it is ready
  }
  await advance(ctx, row, {}, { goesOn: false });
}

interface Outcome {
  readonly goesOn: boolean;
  readonly statements?: readonly Statement[];
}

/** Throws EXPORT_CONFLICT if the export was dropped meanwhile; the step's work is then discarded. */
async function advance(
  ctx: Context,
  { id, step }: ExportRow,
  change: Partial<ExportRow>,
  { goesOn, statements = [] }: Outcome,
): Promise<void> {
  const task: BuildTask = { type: 'build-export', exportId: id, step };
  await commit(
    ctx,
    [
      ctx.db
        .update(accountExports)
        .set({ ...change, step: step + 1, heldUntil: 0 })
        .where(and(isAt(task), gt(accountExports.expiresAt, ctx.now()))),
      requireChange(ctx),
      ...statements,
    ],
    {
      events: goesOn ? [{ kind: 'task', task: { ...task, step: step + 1 } }] : [],
      refusals: { DEMAND_NOT_MET: () => privacyError('EXPORT_CONFLICT') },
    },
  );
}

async function drop(ctx: Context, row: ExportRow): Promise<void> {
  const { statements, event } = dropExport(ctx, row);
  await commit(ctx, statements, { events: [event] });
}
