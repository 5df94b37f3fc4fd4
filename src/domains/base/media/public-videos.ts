/** Videos of the platform that everyone may read at their plain URL, for links that users give. */
import { sql } from 'drizzle-orm';
import type { Config } from '@/contracts/config';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { isActive } from '@/domains/base/visibility/people';
import { findKind } from './keys';
import { isVideo } from './kinds';
import { mediaFiles } from './tables';

/** Whether this is a URL of the platform's own files. */
export function isMediaUrl(config: Config, url: string): boolean {
  return url.startsWith(`${config.mediaOrigin}/media/`);
}

/** The key of a video from its plain URL. Undefined for other files, and for links that are signed. */
export function findVideoKey(config: Config, url: string): string | undefined {
  const key = isMediaUrl(config, url) ? url.slice(`${config.mediaOrigin}/media/`.length) : '';
  const kind = findKind(key);
  return kind !== undefined && isVideo(kind) ? key : undefined;
}

/** Whether all of them can be read without a signed link now. One statement. @param keys distinct */
export async function areAllPublic(ctx: Context, keys: readonly string[]): Promise<boolean> {
  const row = await ctx.db.get<{ count: number }>(sql`
    SELECT count(*) AS count FROM json_each(${JSON.stringify(keys)}) AS asked
    CROSS JOIN ${mediaFiles} ON media_files.key = asked.value
    JOIN ${users} ON users.id = media_files.owner_id
    WHERE NOT media_files.private AND ${isActive()}`);
  return row?.count === keys.length;
}
