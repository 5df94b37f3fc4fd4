/** What a room reports, for tests that need only some of it. */
import type { RoomFigures } from '@/contracts/room-figures';

/** Figures of a stream in which nothing happened, with what the test gives instead. */
export function someFigures(given: Partial<RoomFigures> = {}): RoomFigures {
  return {
    ...{ viewerCount: 0, until: null, uniqueViewers: 0, users: 0, guests: 0, peakViewers: 0, peakAt: null },
    audience: {
      ...{ followers: 0, newUsers: 0, returningUsers: 0 },
      sources: { following: 0, search: 0, recommended: 0, link: 0 },
    },
    ...{ rankingPeak: 0, watchSeconds: 0, rewardedSeconds: 0, messages: 0, chatters: 0, reactions: {} },
    productClicks: [],
    ...{ gifts: { count: 0, coins: 0 }, stepMinutes: 1, viewerCurve: [], retained: [], activity: [] },
    ...given,
  };
}
