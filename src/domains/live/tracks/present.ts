/** How a DJ sees their own track. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { mediaUrl } from '@/domains/base/media/keys';
import { SECOND_MS, toIso } from '@/shared/time';
import { audioUrl } from './audio-url';
import type { Track } from './schemas';
import type { TrackRow } from './tables';

export async function presentTrack(ctx: Context, track: TrackRow): Promise<z.input<typeof Track>> {
  const { id, djId, title, artist, album, genre, bpm, status, reason, duplicateOf, scan, plays } = track;
  return {
    ...{ id, djId, title, artist, album, genre, bpm, key: track.musicKey },
    coverUrl: track.coverKey === null ? null : mediaUrl(ctx.config, track.coverKey),
    duration: track.durationMs === null ? null : track.durationMs / SECOND_MS,
    fileUrl: isHeard(track) ? await audioUrl(ctx, id) : null,
    fileSize: track.bytes,
    contentType: track.contentType,
    metadata: track.metadata,
    status,
    ...(reason === null ? {} : { reason }),
    ...(duplicateOf === null ? {} : { duplicateOf }),
    scanned: scan === 'clean' || scan === 'infected',
    scanResults:
      scan === null || track.scannedAt === null
        ? null
        : { verdict: scan, at: toIso(track.scannedAt), engine: scan === 'none' ? null : 'clamd' },
    plays,
    ...(track.mutedAt === null ? {} : { hidden: true as const }),
    uploadDate: toIso(track.createdAt),
    updatedAt: toIso(track.updatedAt),
  };
}

/** As `serveAudio` decides. */
function isHeard({ status, mutedAt }: TrackRow): boolean {
  return status === 'ready' && mutedAt === null;
}
