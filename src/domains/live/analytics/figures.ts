/** Adds up a creator's figures. Takes no Context. */
import type { EarningSource } from '@/domains/money/earnings/tables';
import { MINUTE_MS } from '@/shared/time';

export interface StreamFigures {
  readonly streams: number;
  readonly streamedMs: number;
  readonly uniqueViewers: number;
  readonly peakViewers: number;
  readonly watchSeconds: number;
  readonly messages: number;
}

/** What was counted in one span; what is absent is zero. */
export interface Counted {
  readonly streamed?: StreamFigures | undefined;
  readonly newFollowers?: number | undefined;
  readonly earned?: readonly { readonly source: EarningSource; readonly diamonds: number }[] | undefined;
}

export function toMinutes(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}

/** The wire shape of what was counted in these spans together. Nothing can be sold yet. */
export function presentFigures(spans: readonly Counted[]) {
  const streamed = (figure: keyof StreamFigures) => spans.map((span) => span.streamed?.[figure] ?? 0);
  const earned = spans.flatMap((span) => span.earned ?? []);
  const earnedBy = (source: EarningSource) =>
    sum(earned.filter((row) => row.source === source).map(({ diamonds }) => diamonds));
  return {
    streams: sum(streamed('streams')),
    minutesStreamed: toMinutes(sum(streamed('streamedMs'))),
    uniqueViewers: sum(streamed('uniqueViewers')),
    peakViewers: Math.max(0, ...streamed('peakViewers')),
    watchSeconds: sum(streamed('watchSeconds')),
    messages: sum(streamed('messages')),
    newFollowers: sum(spans.map(({ newFollowers = 0 }) => newFollowers)),
    diamonds: {
      gift: earnedBy('gift'),
      tip: earnedBy('tip'),
      subscription: earnedBy('subscription'),
      reward: earnedBy('reward'),
    },
    orders: 0,
    sales: [],
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
