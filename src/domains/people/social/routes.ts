/** Endpoints for following and blocking. Lists of followers are in `profiles/discovery-routes.ts`. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { blockUser, unblockUser } from './block';
import { listBlocks } from './blocks';
import { socialError } from './errors';
import { followCreator, unfollowCreator } from './follow';
import { BlockPage, BlockStatus, BlocksQuery, FollowStatus } from './schemas';
import { getFollowStatus } from './status';

const ByUser = z.strictObject({ userId: z.string().min(1) });

export const socialEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'followCreator',
    method: 'post',
    path: '/social/follow/{userId}',
    tag: 'social',
    summary: 'Follow a creator',
    description: 'Idempotent. Notifies the creator once, even if you unfollow and follow again.',
    who: 'user',
    params: ByUser,
    response: FollowStatus,
    refusals: [socialError.USER_NOT_FOUND, socialError.NOT_A_CREATOR, socialError.NOT_ONESELF],
    handler: async (ctx, { actor, params }) => {
      await followCreator(ctx, actor, params.userId);
      return getFollowStatus(ctx, actor, params.userId);
    },
  }),
  endpoint({
    operationId: 'unfollowCreator',
    method: 'delete',
    path: '/social/follow/{userId}',
    tag: 'social',
    summary: 'Unfollow',
    description: 'Idempotent. Also withdraws the "new follower" notification.',
    who: 'user',
    params: ByUser,
    response: FollowStatus,
    refusals: [socialError.USER_NOT_FOUND],
    handler: async (ctx, { actor, params }) => {
      await unfollowCreator(ctx, actor.userId, params.userId);
      // Without regions: users can unfollow a creator who is now hidden in their region.
      return getFollowStatus(ctx, { ...actor, regions: [] }, params.userId);
    },
  }),
  endpoint({
    operationId: 'readFollowStatus',
    method: 'get',
    path: '/social/follow/{userId}',
    tag: 'social',
    summary: 'Whether I follow a user, whether they follow me, and their counts',
    description: 'Covers follows only, not subscriptions. `blockedByYou` means that you block them.',
    who: 'optional',
    params: ByUser,
    response: FollowStatus,
    refusals: [socialError.USER_NOT_FOUND],
    handler: (ctx, { actor, params }) => getFollowStatus(ctx, actor, params.userId),
  }),
  endpoint({
    operationId: 'blockUser',
    method: 'post',
    path: '/social/block/{userId}',
    tag: 'social',
    summary: 'Block a user',
    description:
      'Idempotent. Ends follows in both directions, and their subscription to you, whose unused days are given back. ' +
      'Neither of you sees the other any longer: profiles, posts, streams and rooms seem not to exist, and ' +
      'notifications about each other are withdrawn. Neither can follow, write to or give to the other. Only you can still read their card, with `blockedByYou`. Your open sockets get a ' +
      '`user-notification` of kind `block-changed` (`data: { userId, blocked }`), so that clients hide their messages.',
    who: 'user',
    params: ByUser,
    response: BlockStatus,
    refusals: [socialError.USER_NOT_FOUND, socialError.NOT_ONESELF],
    handler: async (ctx, { actor, params }) => {
      await blockUser(ctx, actor.userId, params.userId);
      return { blocked: true };
    },
  }),
  endpoint({
    operationId: 'unblockUser',
    method: 'delete',
    path: '/social/block/{userId}',
    tag: 'social',
    summary: 'Unblock a user',
    description:
      'Idempotent. Does not restore follows or notifications. Your open sockets get a `user-notification` of kind ' +
      '`block-changed`.',
    who: 'user',
    params: ByUser,
    response: BlockStatus,
    handler: async (ctx, { actor, params }) => {
      await unblockUser(ctx, actor.userId, params.userId);
      return { blocked: false };
    },
  }),
  endpoint({
    operationId: 'listBlocks',
    method: 'get',
    path: '/social/blocks',
    tag: 'social',
    summary: 'The users I block, newest first',
    description:
      'Includes users who are banned or who block you in return, so that you can undo every block. Deleted accounts are ' +
      'left out.',
    who: 'user',
    query: BlocksQuery,
    response: BlockPage,
    handler: (ctx, { actor, query }) => listBlocks(ctx, actor.userId, query),
  }),
];
