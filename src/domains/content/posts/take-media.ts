/** Takes the files of a new post's form, and stores each as it arrives. */
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { PICTURE_TYPES, PICTURES, VIDEO_TYPES } from '@/contracts/file-kinds';
import { collect, peek } from '@/domains/base/media/file-content';
import { inspectType, TYPE_BYTES } from '@/domains/base/media/inspect';
import { storeImage } from '@/domains/base/media/store';
import { storeLarge } from '@/domains/base/media/store-large';

export interface Medium {
  readonly key: string;
  readonly contentType: string;
  readonly width?: number;
  readonly height?: number;
  readonly statements: readonly Statement[];
}

/**
 * Stores an image or a video, whichever its first bytes show. Throws as `storeImage` and `storeLarge` do.
 * @param bytesMax bytes left in its form
 */
export async function takeFile(
  ctx: Context,
  ownerId: string,
  content: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<Medium> {
  const { start, whole } = await peek(content, TYPE_BYTES);
  const type = await inspectType(start, [...PICTURE_TYPES, ...VIDEO_TYPES]);
  const contentType = VIDEO_TYPES.find((video) => video === type);
  if (contentType) return storeLarge(ctx, { ownerId, kind: 'post-video', contentType, bytesMax, content: whole });
  return storeImage(ctx, ownerId, 'post-image', await collect(whole, PICTURES['post-image'].bytesMax));
}
