/** The versions of the apps: the newest, and the oldest that still works. */

import type { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { invalid } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { isOlder } from '@/shared/app-version';
import { isChange } from '@/shared/is-change';
import { toIso } from '@/shared/time';
import { platformError } from './errors';
import type { AppVersion, AppVersionQuery, AppVersionRequest, SetAppVersion } from './schemas';
import { type AppVersionRow, appVersions, type Platform } from './tables';

export async function checkAppVersion(
  ctx: Context,
  { platform, version }: z.output<typeof AppVersionQuery>,
): Promise<z.input<typeof AppVersion>> {
  const row = await findAppVersion(ctx, platform);
  if (!row) {
    const unset = { latest: null, minimum: null, notes: null, url: null };
    return { platform, ...unset, updateAvailable: false, updateRequired: false };
  }
  const { latest, minimum, notes, url } = row;
  return {
    ...{ platform, latest, minimum, notes, url },
    updateAvailable: isOlder(version, latest),
    updateRequired: isOlder(version, minimum),
  };
}

/**
 * Replaces the platform's versions. If two members of staff change them at once, one of them is refused. Throws
 * VALIDATION_FAILED, APP_VERSION_CHANGED.
 */
export async function setAppVersion(
  ctx: Context,
  { userId: staffId }: Actor,
  platform: Platform,
  input: z.output<typeof AppVersionRequest>,
): Promise<z.input<typeof SetAppVersion>> {
  if (isOlder(input.latest, input.minimum)) throw invalid('minimum', 'must not be newer than `latest`');
  const before = await findAppVersion(ctx, platform);
  if (before && !isChange(before, input)) return presentVersion(before);
  // Two changes within one millisecond must still differ.
  const updatedAt = Math.max(ctx.now(), (before?.updatedAt ?? 0) + 1);
  const after: AppVersionRow = { platform, ...input, updatedAt };
  const write = before
    ? ctx.db
        .update(appVersions)
        .set(after)
        .where(sql`${appVersions.platform} = ${platform} AND ${appVersions.updatedAt} = ${before.updatedAt}`)
    : ctx.db.insert(appVersions).values(after).onConflictDoNothing();
  await commit(
    ctx,
    [
      write,
      requireChange(ctx),
      logStaff(ctx, {
        staffId,
        action: 'app-version.set',
        targetType: 'app-version',
        targetId: platform,
        before: before ? presentVersion(before) : null,
        after: presentVersion(after),
      }),
    ],
    { refusals: { DEMAND_NOT_MET: () => platformError('APP_VERSION_CHANGED') } },
  );
  ctx.log.event('app-version.set', { platform });
  return presentVersion(after);
}

function findAppVersion(ctx: Context, platform: Platform): Promise<AppVersionRow | undefined> {
  return ctx.db.select().from(appVersions).where(eq(appVersions.platform, platform)).get();
}

function presentVersion({ updatedAt, ...row }: AppVersionRow): z.input<typeof SetAppVersion> {
  return { ...row, updatedAt: toIso(updatedAt) };
}
