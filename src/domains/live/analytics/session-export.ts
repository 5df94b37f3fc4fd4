/** A session's figures as CSV files. They have no text that a user wrote. */
import { REACTION_KINDS, SOURCES } from '@/contracts/room';
import { csvResponse } from '@/http/csv';
import { timeZone } from '@/shared/time-zone';
import { presentEngagement, presentSummary, presentViewers, type Session } from './session-figures';

type Cell = string | number | null;
type Row = Readonly<Record<string, Cell>>;

/** One line. */
export function exportSummary(session: Session): Response {
  const { reactions, gifts, sales, audience, live, ...figures } = presentSummary(session);
  const { sources, ...shares } = audience;
  const row: Row = {
    ...figures,
    live: live ? 'yes' : 'no',
    ...named(REACTION_KINDS.map((kind) => [`reactions ${kind}`, reactions[kind] ?? 0])),
    ...{ gifts: gifts.count, giftCoins: gifts.coins, giftDiamonds: gifts.diamonds },
    ...named(sales.map(({ currency, amountMinor }) => [`salesMinor ${currency}`, amountMinor])),
    ...shares,
    ...named(SOURCES.map((source) => [`from ${source}`, sources[source]])),
  };
  return answer(session, 'summary', Object.keys(row), [row]);
}

export function exportViewers(session: Session, { tz, table }: { tz: string; table: 'points' | 'retention' }) {
  const { points, retention } = presentViewers(session);
  if (table === 'retention') return answer(session, 'retention', ['minute', 'bps'], retention);
  return answer(session, 'viewers', ['at', 'localTime', 'viewers'], withLocalTime(points, tz));
}

export function exportEngagement(session: Session, { tz }: { tz: string }): Response {
  const header = ['at', 'localTime', 'messages', 'reactions', 'gifts', 'coins', 'newFollowers'];
  return answer(session, 'engagement', header, withLocalTime(presentEngagement(session).points, tz));
}

function withLocalTime<Point extends { readonly at: string }>(points: readonly Point[], tz: string) {
  const zone = timeZone(tz);
  return points.map((point) => ({ ...point, localTime: zone.minuteOf(Date.parse(point.at)) }));
}

function named(entries: readonly (readonly [string, Cell])[]): Row {
  return Object.fromEntries(entries);
}

function answer({ streamId }: Session, table: string, header: readonly string[], rows: readonly Row[]): Response {
  async function* pages() {
    yield rows.map((row) => header.map((name) => row[name] ?? null));
  }
  return csvResponse(`session-${streamId}-${table}.csv`, header, pages());
}
