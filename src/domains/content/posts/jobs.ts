/** Jobs of posts and comments: deleting what was hidden. */
import type { Jobs } from '@/contracts/jobs';
import { clearComment, clearPost } from './clear';
import { clearKeptContent } from './clear-kept';
import { requeueClearing } from './sweep';

export const postJobs = {
  tasks: {
    'clear-post': (ctx, { postId }) => clearPost(ctx, postId),
    'clear-comment': (ctx, { commentId }) => clearComment(ctx, commentId),
  },
  sweeps: { requeueClearing, clearKeptContent },
} satisfies Jobs;
