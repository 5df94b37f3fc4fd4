/**
 * Images that a row shows by their URL: avatars and thumbnails. The image closes with the row that is hidden, and is
 * deleted once nothing shows it. It must belong to the owner of the row: the URL may name somebody else's thumbnail.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Config } from '@/contracts/config';
import type { Context } from '@/contracts/context';
import type { PictureKind } from '@/contracts/file-kinds';
import { NOTHING, type Plan } from '@/db/commit';
import { literal } from '@/db/sql';
import { findKeyIn, mediaUrl } from './keys';
import { mediaFiles } from './tables';

interface ShownImage {
  readonly kind: PictureKind;
  readonly ownerId: string | SQL;
  /** A value, or a query for it. */
  readonly url: string | SQL;
}

/** A SELECT of the image's key, for `setPrivacy`. Selects nothing if the URL is not that of such an image. */
export function shownImage(config: Config, { kind, ownerId, url }: ShownImage): SQL {
  const prefix = mediaUrl(config, '');
  return sql`SELECT key FROM ${mediaFiles} WHERE key = substr(${url}, ${literal(prefix.length + 1)})
    AND ${prefix} || key = ${url} AND owner_id = ${ownerId} AND kind = ${kind}`;
}

/**
 * Deletes the image unless it is still shown when the batch runs.
 * @param isShown a condition
 */
export function forgetImage(ctx: Context, image: ShownImage & { readonly url: string }, isShown: SQL): Plan {
  const key = findKeyIn(ctx.config, image.url);
  if (key === undefined) return NOTHING;
  const statement = ctx.db.run(
    sql`DELETE FROM ${mediaFiles} WHERE key IN (${shownImage(ctx.config, image)}) AND NOT ${isShown}`,
  );
  // Keeps the objects if the row is still there.
  return { statements: [statement], events: [{ kind: 'delete-media', key }] };
}
