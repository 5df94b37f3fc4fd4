/** The progress of creators and guides, by the metrics of both. */
import type { Context } from '@/contracts/context';
import { isForCreators, isForGuides, type TargetRule } from '@/contracts/economy';
import type { Period } from '@/domains/base/economy/periods';
import { readGuideProgress } from '@/domains/people/guides/progress';
import { readProgress } from './progress';

/** Runs at most seven statements: only those that these targets need. */
export async function readTargetProgress(
  ctx: Context,
  userIds: readonly string[],
  periods: readonly Period[],
  targets: readonly TargetRule[],
): Promise<(userId: string, period: Period, target: TargetRule) => number> {
  const [asCreator, asGuide] = await Promise.all([
    targets.some(isForCreators) ? readProgress(ctx, userIds, periods) : undefined,
    targets.some(isForGuides) ? readGuideProgress(ctx, userIds, periods) : undefined,
  ]);
  return (userId, period, target) => {
    if (isForGuides(target)) return asGuide?.(userId, period)[target.metric].amount ?? 0;
    return isForCreators(target) ? (asCreator?.(userId, period)[target.metric] ?? 0) : 0;
  };
}
