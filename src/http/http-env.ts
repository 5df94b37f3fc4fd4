/** The variables that Hono carries with a request. */
import type { Context } from '@/contracts/context';
import type { Viewer } from '@/shared/actor';

export interface HttpEnv {
  Variables: { ctx: Context; actor?: Viewer };
}
