/**
 * GET /user/export. A small export is returned whole, and only once it is complete, so that nobody mistakes a part for
 * the whole. A large one is written by the tasks queue (`build-export.ts`), and its owner gets a link by mail.
 */

import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { WRITTEN_FILES } from '@/contracts/file-kinds';
import { commit } from '@/db/commit';
import { signedMediaUrl } from '@/domains/base/media/keys';
import { beginFile, callOffFile } from '@/domains/base/media/written-file';
import { type Envelope, reply } from '@/http/envelope';
import { newId } from '@/shared/ids';
import { DAY_MS, toDay, toIso, toIsoOrNull } from '@/shared/time';
import { START, writePart } from './document';
import { dropExport, findExport } from './export-rows';
import type { LargeExport } from './schemas';
import { accountExports, type ExportRow } from './tables';

/**
 * The largest export held in memory. It also bounds the reads of D1: some ten pages, and one for each kind of data. An
 * export is large too if it needs more rooms than one part may query.
 */
const SMALL_BYTES_MAX = 1_048_576;
/** An export younger than this is returned again. */
const FRESH_MS = DAY_MS;
/** An export that is not ready after this long is given up. */
const PREPARATION_MS_MAX = DAY_MS;

/** Throws MEDIA_STORE_UNAVAILABLE. */
export async function exportAccount(
  ctx: Context,
  userId: string,
): Promise<Response | Envelope<z.input<typeof LargeExport>>> {
  const now = ctx.now();
  const last = await findExport(ctx, userId);
  if (last && last.expiresAt > now && (last.readyAt ?? now) > now - FRESH_MS) return answer(ctx, last);
  const { bytes, next } = await writePart(ctx, userId, START, SMALL_BYTES_MAX);
  if (next !== null) return answer(ctx, await beginExport(ctx, userId, last));
  ctx.log.event('account.exported', { userId });
  const { contentType, nameOf } = WRITTEN_FILES.export;
  return new Response(bytes, {
    headers: {
      'Content-Type': contentType,
      'Content-Disposition': `attachment; filename="${nameOf(toDay(now))}"`,
      'Cache-Control': 'private, no-store',
    },
  });
}

/**
 * Replaces the user's last export, whose file is deleted at once: a user has one. If two requests race, the database
 * keeps one export and both return it.
 */
async function beginExport(ctx: Context, userId: string, last: ExportRow | undefined): Promise<ExportRow> {
  const file = await beginFile(ctx, 'export');
  const id = newId();
  const now = ctx.now();
  const row = { id, userId, ...file, place: START, requestedAt: now, expiresAt: now + PREPARATION_MS_MAX };
  const dropped = last && dropExport(ctx, last);
  await commit(ctx, [...(dropped?.statements ?? []), ctx.db.insert(accountExports).values(row).onConflictDoNothing()], {
    events: [
      ...(dropped ? [dropped.event] : []),
      // Finds nothing to do if another request's row was kept.
      { kind: 'task', task: { type: 'build-export', exportId: id, step: 0 } },
    ],
    evenIfUnchanged: true,
  });
  const taken = await findExport(ctx, userId);
  if (taken?.id === id) ctx.log.event('export.begun', { userId });
  else ctx.waitUntil(callOffFile(ctx, file));
  return taken ?? { ...row, parts: [], step: 0, heldUntil: 0, readyAt: null };
}

async function answer(ctx: Context, row: ExportRow): Promise<Envelope<z.input<typeof LargeExport>>> {
  const isReady = row.readyAt !== null;
  const data = {
    status: isReady ? ('ready' as const) : ('preparing' as const),
    requestedAt: toIso(row.requestedAt),
    readyAt: toIsoOrNull(row.readyAt),
    expiresAt: isReady ? toIso(row.expiresAt) : null,
    url: isReady ? await signedMediaUrl(ctx, row.key) : null,
  };
  return reply(data, { status: 202 });
}
