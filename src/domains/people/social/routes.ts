/** Following and blocking. Lists of other people's follows are the discovery domain's. */
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
    description: 'Repeating it changes nothing. The creator is told once, also of who unfollows and follows again.',
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
    description: 'The creator is told of the follow no more. Repeating it changes nothing.',
    who: 'user',
    params: ByUser,
    response: FollowStatus,
    refusals: [socialError.USER_NOT_FOUND],
    handler: async (ctx, { actor, params }) => {
      await unfollowCreator(ctx, actor.userId, params.userId);
      // From wherever one is: whoever is not shown there any more can still be let go.
      return getFollowStatus(ctx, { ...actor, regions: [] }, params.userId);
    },
  }),
  endpoint({
    operationId: 'readFollowStatus',
    method: 'get',
    path: '/social/follow/{userId}',
    tag: 'social',
    summary: 'Whether I follow somebody and they me, and the counts',
    description: 'Follows alone: a subscription is not one. `blockedByYou` says that you block them.',
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
      'Ends follows both ways. From then on neither sees the other: profile, posts, streams and rooms are as if they ' +
      'were not there, what either was told of the other is withdrawn, and neither can follow, write to or give to the ' +
      'other. You alone can still read their card, with `blockedByYou`. Your open sockets get a `user-notification` of ' +
      'kind `block-changed` (`data: { userId, blocked }`), so that you hide what they write. Repeating it changes nothing.',
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
      'Follows do not come back, nor does what was told. Your open sockets get a `user-notification` of kind ' +
      '`block-changed`. Repeating it changes nothing.',
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
      'Cards, also of people who are banned or who block you in return, so that every block can be undone. Deleted ' +
      'accounts are left out.',
    who: 'user',
    query: BlocksQuery,
    response: BlockPage,
    handler: (ctx, { actor, query }) => listBlocks(ctx, actor.userId, query),
  }),
];
