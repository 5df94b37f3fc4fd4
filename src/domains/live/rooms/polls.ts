/** Polls over HTTP. The room itself counts and ends them. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { Poll as RoomPoll } from '@/contracts/poll';
import type { PollAnswer } from '@/contracts/room';
import type { Actor } from '@/shared/actor';
import { admit } from './admit';
import { roomError } from './errors';
import { requireOpen } from './in-charge';
import { moderatingParty } from './moderation';
import type { NewPoll, Poll, Voted } from './poll-schemas';
import { refusalOf } from './refusal';

type PresentedPoll = z.input<typeof Poll>;

/** Throws STREAM_NOT_FOUND, NOT_IN_CHARGE, STREAM_ENDED, STREAM_CANCELLED, ROOM_CLOSED, POLL_RUNNING, TOO_MANY_POLLS. */
export async function startPoll(
  ctx: Context,
  actor: Actor,
  roomId: string,
  poll: z.output<typeof NewPoll>,
): Promise<PresentedPoll> {
  const { door, user } = await requirePollster(ctx, actor, roomId);
  requireOpen(door);
  return presentAnswer(await ctx.rooms(roomId).startPoll(user, poll));
}

/** Idempotent. Throws STREAM_NOT_FOUND, NOT_IN_CHARGE, POLL_NOT_FOUND. */
export async function endPoll(ctx: Context, actor: Actor, roomId: string, pollId: string): Promise<PresentedPoll> {
  await requirePollster(ctx, actor, roomId);
  return presentAnswer(await ctx.rooms(roomId).endPoll(pollId));
}

/** Idempotent. Throws the refusals of `admit` and of the room. */
export async function vote(
  ctx: Context,
  actor: Actor,
  { roomId, pollId, option }: { readonly roomId: string; readonly pollId: string; readonly option: number },
): Promise<z.input<typeof Voted>> {
  const { relation } = await admit(ctx, { id: roomId }, actor);
  if (!relation) throw roomError('STREAM_NOT_FOUND');
  const answer = await ctx.rooms(roomId).vote(relation.user, pollId, option);
  if (!answer.ok) throw refusalOf(answer);
  return { ...presentPoll(answer.poll), vote: answer.vote };
}

/** A poll is the show's own: staff who are neither its creator nor a moderator of it start none. */
async function requirePollster(ctx: Context, actor: Actor, roomId: string) {
  const { door, party, user } = await moderatingParty(ctx, actor, roomId);
  if (!user || !(party.creator || party.moderator)) throw roomError('NOT_IN_CHARGE');
  return { door, user };
}

function presentAnswer(answer: PollAnswer): PresentedPoll {
  if (!answer.ok) throw refusalOf(answer);
  return presentPoll(answer.poll);
}

function presentPoll({ options, ...poll }: RoomPoll): PresentedPoll {
  return { ...poll, options: [...options] };
}
