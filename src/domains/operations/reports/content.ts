/**
 * Plans what a review does with reported content, whatever its type, as a part of one batch. Each plan is idempotent, and
 * changes nothing if the content is gone. What several decisions removed comes back with the last of them. The batch
 * aborts with DEMAND_NOT_MET if a stream, a track, or a decision about the content, changes meanwhile: plan again then.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { type Plan, requireThat } from '@/db/commit';
import { isRemovedByDecision } from '@/domains/base/decisions/on-target';
import { KEPT_MS } from '@/domains/base/decisions/record';
import type { TargetType } from '@/domains/base/decisions/tables';
import { hideProfile, keepRemovedProfile, returnProfile, unhideProfile } from '@/domains/base/users/removed-profile';
import {
  hideComment,
  hidePost,
  keepRemovedComment,
  keepRemovedPost,
  returnComment,
  returnPost,
  unhideComment,
  unhidePost,
} from '@/domains/content/posts/removal';
import { hideStream, keepRemovedStream, returnStream, unhideStream } from '@/domains/live/streams/removal';
import { keepRemovedTrack, muteTrack, returnTrack, unmuteTrack } from '@/domains/live/tracks/removal';
import { hideRoom, keepRemovedRoom, returnRoom, unhideRoom } from '@/domains/live/user-rooms/removal';
import { hideWords, keepRemovedWords, returnWords, unhideWords } from '@/domains/money/gifts/review-words';
import { hideProduct, keepRemovedProduct, returnProduct, unhideProduct } from '@/domains/money/products/removal';
import { removeBio, returnBio } from '@/domains/people/creators/removal';
import { removeGenres, returnGenres } from '@/domains/people/djs/removal';

export interface Target {
  readonly type: TargetType;
  readonly id: string;
  /** The room of a message or gift. */
  readonly streamId: string | null;
}

type Step = 'hide' | 'unhide' | 'remove' | 'return';

/** Hides it from everyone but its author, until `planUnhiding` or `planRemoval`. */
export function planHiding(ctx: Context, target: Target): Promise<Plan> {
  return plan(ctx, target, 'hide', '');
}

/** Shows it again, unless it was removed meanwhile. */
export function planUnhiding(ctx: Context, target: Target): Promise<Plan> {
  return planShowing(ctx, target, 'unhide', '');
}

/** Removes it from everyone. It is kept for as long as an appeal against this decision may bring it back. */
export function planRemoval(ctx: Context, target: Target, decisionId: string): Promise<Plan> {
  return plan(ctx, target, 'remove', decisionId);
}

/**
 * Brings back what this decision removed, with likes, comments and counts, unless another decision keeps it removed. The
 * batch marks the decision as reversed.
 */
export function planReturn(ctx: Context, target: Target, decisionId: string): Promise<Plan> {
  return planShowing(ctx, target, 'return', decisionId);
}

async function planShowing(ctx: Context, target: Target, step: 'unhide' | 'return', decisionId: string): Promise<Plan> {
  // A removed profile stays in use, and each removal keeps its own texts.
  if (target.type === 'user') return plan(ctx, target, step, decisionId);
  const isRemoved = isRemovedByDecision(target, decisionId);
  const now = await ctx.db.get<{ isRemoved: number }>(sql`SELECT ${isRemoved} AS isRemoved`);
  if (now.isRemoved === 1) return quiet([requireThat(ctx, isRemoved)]);
  const { statements, events } = await plan(ctx, target, step, decisionId);
  return { statements: [requireThat(ctx, sql`NOT ${isRemoved}`), ...statements], events };
}

async function plan(ctx: Context, { type, id, streamId }: Target, step: Step, decisionId: string): Promise<Plan> {
  const until = ctx.now() + KEPT_MS;
  switch (type) {
    case 'post':
      return quiet(
        {
          hide: () => hidePost(ctx, id),
          unhide: () => unhidePost(ctx, id),
          remove: () => keepRemovedPost(ctx, id, until),
          return: () => returnPost(ctx, id),
        }[step](),
      );
    case 'comment':
      return quiet(
        {
          hide: () => hideComment(ctx, id),
          unhide: () => unhideComment(ctx, id),
          remove: () => keepRemovedComment(ctx, id, until),
          return: () => returnComment(ctx, id),
        }[step](),
      );
    case 'user':
      return {
        hide: () => quiet(hideProfile(ctx, id)),
        unhide: () => quiet(unhideProfile(ctx, id)),
        remove: async () =>
          together(keepRemovedProfile(ctx, id, decisionId, until), quiet([removeBio(ctx, id), removeGenres(ctx, id)])),
        return: async () =>
          together(
            quiet([returnBio(ctx, decisionId), returnGenres(ctx, decisionId)]),
            await returnProfile(ctx, id, decisionId),
          ),
      }[step]();
    case 'stream':
      return {
        hide: () => hideStream(ctx, id),
        unhide: () => unhideStream(ctx, id),
        remove: () => keepRemovedStream(ctx, id, until),
        return: () => returnStream(ctx, id),
      }[step]();
    case 'gift':
      return {
        hide: () => hideWords(ctx, { id, streamId }),
        unhide: () => unhideWords(ctx, { id, streamId }),
        remove: () => keepRemovedWords(ctx, { id, streamId }, until),
        return: () => returnWords(ctx, { id, streamId }),
      }[step]();
    case 'room':
      return {
        hide: () => hideRoom(ctx, id),
        unhide: () => unhideRoom(ctx, id),
        remove: () => keepRemovedRoom(ctx, id, until),
        return: () => returnRoom(ctx, id),
      }[step]();
    case 'track':
      return {
        hide: () => muteTrack(ctx, id),
        unhide: () => unmuteTrack(ctx, id),
        remove: () => keepRemovedTrack(ctx, id, until),
        return: () => returnTrack(ctx, id),
      }[step]();
    case 'product':
      return {
        hide: () => hideProduct(ctx, id),
        unhide: () => unhideProduct(ctx, id),
        remove: () => keepRemovedProduct(ctx, id, until),
        return: () => returnProduct(ctx, id),
      }[step]();
    case 'message':
      return planMessage(id, streamId, step === 'hide' || step === 'remove');
    default:
      return quiet([]); // a decision about an application removes nothing
  }
}

/** Only the room has the message. It ignores a command about one that it does not know. */
function planMessage(id: string, streamId: string | null, withheld: boolean): Plan {
  if (streamId === null) return quiet([]);
  return { statements: [], events: [{ kind: 'room', roomId: streamId, command: { type: 'withhold', id, withheld } }] };
}

/** In this order. */
function together(first: Plan, then: Plan): Plan {
  return { statements: [...first.statements, ...then.statements], events: [...first.events, ...then.events] };
}

function quiet(statements: readonly Statement[]): Plan {
  return { statements, events: [] };
}
