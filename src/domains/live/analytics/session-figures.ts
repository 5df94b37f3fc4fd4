/** A session's figures, and their wire shapes. Pure: the room shows its creator the same ones while the stream runs. */
import type { z } from '@hono/zod-openapi';
import type { Audience, RoomFigures } from '@/contracts/room-figures';
import { MINUTE_MS, SECOND_MS, toIso, toIsoOrNull } from '@/shared/time';
import { presentAudience } from './audience';
import { bpsOf, conversionBps, type ProductSales, presentSales } from './session-sales';
import type { SessionAnalytics, SessionEngagement, SessionViewers } from './session-schemas';
import type { EngagementStep } from './tables';

/** Milliseconds, both included. */
export interface SessionTime {
  readonly since: number;
  readonly until: number;
}

/** What the room counts, except for what only lists and rewards need. */
export type Counted = Omit<
  RoomFigures,
  'viewerCount' | 'until' | 'rankingPeak' | 'rewardedSeconds' | 'activity' | 'gifts'
>;

/** With what D1 knows of the stream's time. */
export interface SessionFigures extends Counted {
  readonly gifts: { readonly count: number; readonly coins: number; readonly diamonds: number };
  readonly newFollowers: number;
  readonly newSubscribers: number;
  /** Steps without anything are left out. */
  readonly engagement: readonly EngagementStep[];
}

export interface Session {
  readonly sales: readonly ProductSales[];
  /** Users who paid for anything. */
  readonly buyers: number;
  readonly streamId: string;
  readonly isLive: boolean;
  readonly viewerCount: number;
  /** Null for a stream that never began. */
  readonly time: SessionTime | null;
  readonly figures: SessionFigures;
}

export const NO_AUDIENCE: Audience = {
  ...{ followers: 0, newUsers: 0, returningUsers: 0 },
  sources: { following: 0, search: 0, recommended: 0, link: 0 },
};

export const NO_FIGURES: SessionFigures = {
  ...{ uniqueViewers: 0, users: 0, guests: 0, audience: NO_AUDIENCE, peakViewers: 0, peakAt: null, watchSeconds: 0 },
  ...{ messages: 0, chatters: 0, reactions: {}, productClicks: [], stepMinutes: 1, viewerCurve: [], retained: [] },
  ...{ gifts: { count: 0, coins: 0, diamonds: 0 }, newFollowers: 0, newSubscribers: 0, engagement: [] },
};

/** The part of a summary that the room itself knows. */
export function presentCounted(figures: Counted, time: SessionTime | null) {
  const { uniqueViewers, users, guests, peakViewers, peakAt, watchSeconds, messages, chatters, reactions } = figures;
  const seconds = time ? (time.until - time.since) / SECOND_MS : 0;
  return {
    ...{ uniqueViewers, users, guests, peakViewers, peakAt: toIsoOrNull(peakAt) },
    averageViewers: seconds > 0 ? Math.round((watchSeconds / seconds) * 10) / 10 : 0,
    watchSeconds,
    averageWatchSeconds: uniqueViewers > 0 ? Math.round(watchSeconds / uniqueViewers) : 0,
    ...{ messages, chatters, reactions },
    productClicks: sum(figures.productClicks.map(({ clicks }) => clicks)),
  };
}

export function presentSummary(session: Session): z.input<typeof SessionAnalytics> {
  const { streamId, isLive, viewerCount, time, figures, sales, buyers } = session;
  const { gifts, newFollowers, newSubscribers, audience, uniqueViewers } = figures;
  return {
    ...{ streamId, live: isLive, viewerCount: isLive ? viewerCount : 0 },
    startedAt: toIsoOrNull(time?.since ?? null),
    endedAt: isLive ? null : toIsoOrNull(time?.until ?? null),
    ...presentCounted(figures, time),
    ...{ gifts, newFollowers, newSubscribers },
    orders: sum(sales.map(({ orders }) => orders)),
    unitsSold: sum(sales.map(({ units }) => units)),
    sales: presentSales(sales),
    conversionBps: conversionBps(buyers, uniqueViewers),
    audience: presentAudience(uniqueViewers, audience),
  };
}

export function presentViewers({ figures }: Session): z.input<typeof SessionViewers> {
  const { stepMinutes, viewerCurve, retained, uniqueViewers } = figures;
  return {
    stepSeconds: secondsOf(stepMinutes),
    points: viewerCurve.map(([at, viewers]) => ({ at: toIso(at), viewers })),
    retention: retained.map((viewers, step) => ({ minute: step * stepMinutes, bps: bpsOf(viewers, uniqueViewers) })),
  };
}

export function presentEngagement({ figures }: Session): z.input<typeof SessionEngagement> {
  return {
    stepSeconds: secondsOf(figures.stepMinutes),
    points: figures.engagement.map(([at, messages, reactions, gifts, coins, newFollowers]) => ({
      at: toIso(at),
      ...{ messages, reactions, gifts, coins, newFollowers },
    })),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function secondsOf(minutes: number): number {
  return (minutes * MINUTE_MS) / SECOND_MS;
}
