/** Uploads the channel's image, and sets it on the channel and its live and prepared streams in one batch. */
import type { Context } from '@/contracts/context';
import { PICTURES } from '@/contracts/file-kinds';
import { storeImage } from '@/domains/base/media/store';
import { readUpload } from '@/domains/base/media/upload';
import { changeChannel } from './change-channel';
import { presentChannel } from './present';

/** Keeps the previous image, since past streams show it. Throws the refusals of an upload. */
export async function uploadThumbnail(ctx: Context, creatorId: string, request: Request) {
  const { bytes } = await readUpload(request, { field: 'thumbnail', bytesMax: PICTURES.thumbnail.bytesMax });
  const { url, statements } = await storeImage(ctx, creatorId, 'thumbnail', bytes);
  const change = { channel: { thumbnail: url }, stream: { thumbnailUrl: url }, alongside: statements };
  return presentChannel(await changeChannel(ctx, creatorId, change));
}
