/** Prepares a stream with the channel's field names, for the next ingress or start to take live. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { createSession } from '@/domains/live/streams/sessions';
import type { Actor } from '@/shared/actor';
import { requireOwnPicture } from './change-channel';
import type { NewStream } from './schemas';

/**
 * Creates the channel if it is missing, and cancels the stream prepared before. Throws TOO_MANY_SCHEDULED,
 * VALIDATION_FAILED.
 */
export async function createStream(ctx: Context, actor: Actor, { thumbnail, ...details }: z.output<typeof NewStream>) {
  requireOwnPicture(ctx, thumbnail);
  const picture = thumbnail === undefined ? {} : { thumbnailUrl: thumbnail };
  return createSession(ctx, actor, { ...details, ...picture }, { prepared: true });
}
