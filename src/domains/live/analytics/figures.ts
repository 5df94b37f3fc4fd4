/** Adds up a creator's figures. Takes no Context. */
import type { EarningSource } from '@/domains/money/earnings/tables';
import { addMoney } from '@/shared/currency';
import { MINUTE_MS } from '@/shared/time';
import { presentAudience } from './audience';

export interface StreamFigures {
  readonly streams: number;
  readonly streamedMs: number;
  readonly uniqueViewers: number;
  readonly peakViewers: number;
  readonly watchSeconds: number;
  readonly messages: number;
  /** Unique viewers of streams whose audience is known, and what they were. */
  readonly known: number;
  readonly followers: number;
  readonly newUsers: number;
  readonly returningUsers: number;
  readonly fromFollowing: number;
  readonly fromSearch: number;
  readonly fromRecommended: number;
  readonly fromLink: number;
}

export interface SoldIn {
  readonly currency: string;
  readonly orders: number;
  readonly amountMinor: number;
}

/** What was counted in one span; what is absent is zero. */
export interface Counted {
  readonly streamed?: StreamFigures | undefined;
  readonly newFollowers?: number | undefined;
  readonly earned?: readonly { readonly source: EarningSource; readonly diamonds: number }[] | undefined;
  readonly sold?: readonly SoldIn[] | undefined;
}

export function toMinutes(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}

/** The wire shape of what was counted in these spans together. */
export function presentFigures(spans: readonly Counted[]) {
  const streamed = (figure: keyof StreamFigures) => spans.map((span) => span.streamed?.[figure] ?? 0);
  const total = (figure: keyof StreamFigures) => sum(streamed(figure));
  const sold = spans.flatMap((span) => span.sold ?? []);
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
    orders: sum(sold.map(({ orders }) => orders)),
    sales: addMoney(sold),
    audience: presentAudience(total('known'), {
      ...{ followers: total('followers'), newUsers: total('newUsers'), returningUsers: total('returningUsers') },
      sources: {
        ...{ following: total('fromFollowing'), search: total('fromSearch') },
        ...{ recommended: total('fromRecommended'), link: total('fromLink') },
      },
    }),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
