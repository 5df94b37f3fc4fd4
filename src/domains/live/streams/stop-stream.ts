/** Stops a stream whatever its state: one that has not begun is cancelled, a live one ends with its video. */
import type { Context } from '@/contracts/context';
import { commit, type Plan } from '@/db/commit';
import { changeStream, requireUnchangedChannel, STREAM_RACES, untilUnchanged } from './change-stream';
import { getStreamOnChannel } from './channel-state';
import { endStream } from './end-stream';
import { setupEvent } from './room-setup';
import type { StreamRow } from './tables';

/**
 * Idempotent: a stream that is over stays as it is, and nothing of `also` happens. The caller must check the user's
 * right to stop it. Throws STREAM_NOT_FOUND, CHANGED_MEANWHILE.
 */
export async function stopStream(ctx: Context, streamId: string, also: (stream: StreamRow) => Plan): Promise<void> {
  await untilUnchanged(async () => {
    const { stream, channel } = await getStreamOnChannel(ctx, streamId);
    if (stream.status === 'live') await endStream(ctx, streamId, 'staff', also(stream));
    if (stream.status !== 'scheduled') return;
    const { row, statements } = changeStream(ctx, stream, { status: 'cancelled' });
    const { statements: alongside, events } = also(stream);
    await commit(ctx, [requireUnchangedChannel(ctx, channel), ...statements, ...alongside], {
      events: [setupEvent(row, channel), ...events],
      refusals: STREAM_RACES,
    });
  });
}
