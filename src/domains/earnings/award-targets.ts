/** Rewards who has reached a target. */
import type { Context } from '@/context';

/** Safe to repeat. */
export async function awardTargets(_ctx: Context, _after: string | null): Promise<void> {}

export async function queueTargetAwards(_ctx: Context): Promise<void> {}
