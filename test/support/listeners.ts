/** Users who listened to a creator's stream, as its room reports them. */
import { recordListeners } from '@/domains/live/rooms/listeners';
import { testContext } from './context';
import { aStream } from './streams';
import type { Person } from './users';

/** @returns the stream, which has ended */
export async function listened(
  creator: { readonly userId: string; readonly channelId: string },
  listeners: readonly Pick<Person, 'userId'>[],
  { seconds = 60, endedAt = Date.now() } = {},
): Promise<string> {
  const streamId = await aStream(creator, { status: 'ended', endedAt });
  await recordListeners(
    testContext(),
    streamId,
    listeners.map(({ userId }) => ({ userId, seconds })),
  );
  return streamId;
}
