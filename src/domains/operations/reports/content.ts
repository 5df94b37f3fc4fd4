/**
 * Plans what a review does with reported content, whatever its type, as a part of one batch. Each plan is idempotent, and
 * changes nothing if the content is gone. For a stream, the batch aborts with DEMAND_NOT_MET if the stream changes
 * meanwhile: plan again then.
 */
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
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
import { hideWords, keepRemovedWords, returnWords, unhideWords } from '@/domains/money/gifts/review-words';

export interface Target {
  readonly type: TargetType;
  readonly id: string;
  /** The room of a message or gift. */
  readonly streamId: string | null;
}

export interface ContentPlan {
  readonly statements: readonly Statement[];
  readonly events: readonly OutboxEvent[];
}

type Step = 'hide' | 'unhide' | 'remove' | 'return';

/** Hides it from everyone but its author, until `planUnhiding` or `planRemoval`. */
export const planHiding = (ctx: Context, target: Target): Promise<ContentPlan> => plan(ctx, target, 'hide');

export const planUnhiding = (ctx: Context, target: Target): Promise<ContentPlan> => plan(ctx, target, 'unhide');

/** Removes it from everyone. It is kept for as long as an appeal may bring it back. */
export const planRemoval = (ctx: Context, target: Target): Promise<ContentPlan> => plan(ctx, target, 'remove');

/** Brings back what `planRemoval` removed, with likes, comments and counts. */
export const planReturn = (ctx: Context, target: Target): Promise<ContentPlan> => plan(ctx, target, 'return');

async function plan(ctx: Context, { type, id, streamId }: Target, step: Step): Promise<ContentPlan> {
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
      return planProfile(ctx, id, step, until);
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
    case 'message':
      return planMessage(id, streamId, step === 'hide' || step === 'remove');
    default:
      return quiet([]); // a decision about an application removes nothing
  }
}

function planProfile(ctx: Context, id: string, step: Step, until: number): ContentPlan {
  const statements = {
    hide: () => hideProfile(ctx, id),
    unhide: () => unhideProfile(ctx, id),
    remove: () => keepRemovedProfile(ctx, id, until),
    return: () => returnProfile(ctx, id),
  }[step]();
  return { statements, events: step === 'remove' || step === 'return' ? [{ kind: 'user-changed', userId: id }] : [] };
}

/** Only the room has the message. It ignores a command about one that it does not know. */
function planMessage(id: string, streamId: string | null, withheld: boolean): ContentPlan {
  if (streamId === null) return quiet([]);
  return { statements: [], events: [{ kind: 'room', roomId: streamId, command: { type: 'withhold', id, withheld } }] };
}

function quiet(statements: readonly Statement[]): ContentPlan {
  return { statements, events: [] };
}
