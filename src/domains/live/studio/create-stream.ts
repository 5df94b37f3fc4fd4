/** Preparing a stream in the words of a channel: what the next ingress, or a start, takes live. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { createSession } from '@/domains/live/streams/sessions';
import type { Actor } from '@/shared/actor';
import { requireOwnPicture } from './change-channel';
import type { NewStream } from './schemas';

/** Makes the channel if it is missing, and calls off what was prepared before. Throws TOO_MANY_SCHEDULED, VALIDATION_FAILED. */
export async function createStream(ctx: Context, actor: Actor, { thumbnail, ...details }: z.output<typeof NewStream>) {
  requireOwnPicture(ctx, thumbnail);
  const picture = thumbnail === undefined ? {} : { thumbnailUrl: thumbnail };
  return createSession(ctx, actor, { ...details, ...picture }, { prepared: true });
}
