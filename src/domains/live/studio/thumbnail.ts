/** The channel's picture: stored, then named by the channel and by the stream that is on, in one batch. */
import type { Context } from '@/contracts/context';
import { PICTURES } from '@/contracts/file-kinds';
import { storeImage } from '@/domains/base/media/store';
import { readUpload } from '@/domains/base/media/upload';
import { changeChannel } from './change-channel';
import { presentChannel } from './present';

/** The one before stays: past streams show it. Throws what an upload may be refused for. */
export async function uploadThumbnail(ctx: Context, creatorId: string, request: Request) {
  const { bytes } = await readUpload(request, { field: 'thumbnail', bytesMax: PICTURES.thumbnail.bytesMax });
  const { url, statements } = await storeImage(ctx, creatorId, 'thumbnail', bytes);
  const change = { channel: { thumbnail: url }, stream: { thumbnailUrl: url }, alongside: statements };
  return presentChannel(await changeChannel(ctx, creatorId, change));
}
