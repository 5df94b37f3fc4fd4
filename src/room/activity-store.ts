/**
 * Counts a stream's messages, reactions, gifts and coins by minute. Messages and gifts are counted in the room's log, each event once, when somebody
 * asks: writing a message costs nothing more, and a recount of the whole log gives the same figures.
 */
import type { RoomFigures } from '@/contracts/room-figures';
import { MINUTE_MS } from '@/shared/time';
import { stepsOf } from '@/shared/time-steps';
import { Meta } from './meta';
import { type Row, rowsOf } from './sql';

/** The part of a room's figures that follows from its log. */
export type Activity = Pick<RoomFigures, 'messages' | 'chatters' | 'gifts' | 'activity'>;

/** Milliseconds, both included. */
interface StreamTime {
  readonly since: number;
  readonly until: number;
}

type MinuteRow = Row & { minute: number; messages: number; reactions: number; gifts: number; coins: number };

const IS_MESSAGE = 'message_id IS NOT NULL AND at BETWEEN ?1 AND ?2';
/** Messages that wait for their release. */
const WAITING = 'FROM pending WHERE release_at IS NOT NULL AND at BETWEEN ?1 AND ?2';

/** The seq up to which the log is counted. */
const COUNTED = 'counted';

export class ActivityStore {
  readonly #meta: Meta;

  constructor(private readonly sql: SqlStorage) {
    this.#meta = new Meta(sql);
  }

  /** Messages that were deleted count. @param creatorId is no chatter */
  read({ since, until }: StreamTime, creatorId: string): Activity {
    this.#countLog({ since, until }, creatorId);
    const rows = rowsOf<MinuteRow>(
      this.sql,
      `SELECT minute, sum(messages) AS messages, sum(reactions) AS reactions, sum(gifts) AS gifts, sum(coins) AS coins
       FROM (
         SELECT * FROM minutes UNION ALL SELECT at / ${MINUTE_MS}, count(*), 0, 0, 0 ${WAITING} GROUP BY 1
       ) GROUP BY minute ORDER BY minute`,
      since,
      until,
    );
    const total = (figure: 'messages' | 'gifts' | 'coins') => rows.reduce((sum, row) => sum + row[figure], 0);
    return {
      messages: total('messages'),
      chatters: this.#countChatters({ since, until }, creatorId),
      gifts: { count: total('gifts'), coins: total('coins') },
      activity: inSteps(rows, { since, until }),
    };
  }

  /** Everything is counted again: the stream's time has changed. */
  startAgain(): void {
    this.sql.exec('UPDATE minutes SET messages = 0, gifts = 0, coins = 0');
    this.sql.exec('DELETE FROM chatters');
    this.#meta.write(COUNTED, null);
  }

  #countLog({ since, until }: StreamTime, creatorId: string): void {
    const counted = this.#meta.read<number>(COUNTED) ?? 0;
    const [{ last } = { last: 0 }] = rowsOf<{ last: number }>(
      this.sql,
      'SELECT ifnull(max(seq), 0) AS last FROM events',
    );
    if (last === counted) return;
    this.sql.exec(
      `INSERT INTO minutes (minute, messages, gifts, coins)
       SELECT at / ${MINUTE_MS}, count(message_id), count(coins), ifnull(sum(coins), 0) FROM (
         SELECT at, message_id, CASE WHEN user_id IS NULL AND body ->> '$.type' = 'gift-sent'
           THEN body ->> '$.coins' END AS coins
         FROM events WHERE seq > ?3 AND at BETWEEN ?1 AND ?2)
       WHERE message_id IS NOT NULL OR coins IS NOT NULL GROUP BY 1
       ON CONFLICT (minute) DO UPDATE SET messages = messages + excluded.messages, gifts = gifts + excluded.gifts,
         coins = coins + excluded.coins`,
      ...[since, until, counted],
    );
    this.sql.exec(
      `INSERT OR IGNORE INTO chatters
       SELECT user_id FROM events WHERE seq > ?3 AND ${IS_MESSAGE} AND user_id <> ?4`,
      ...[since, until, counted, creatorId],
    );
    this.#meta.write(COUNTED, last);
  }

  #countChatters({ since, until }: StreamTime, creatorId: string): number {
    const [row] = rowsOf<{ chatters: number }>(
      this.sql,
      `SELECT (SELECT count(*) FROM chatters) + (
         SELECT count(DISTINCT user_id) ${WAITING} AND user_id <> ?3 AND user_id NOT IN (SELECT user_id FROM chatters)
       ) AS chatters`,
      ...[since, until, creatorId],
    );
    return row?.chatters ?? 0;
  }
}

/** Reactions are counted when they are sent, so the last ones may come after the stream's last minute. */
function inSteps(rows: readonly MinuteRow[], { since, until }: StreamTime): Activity['activity'] {
  const steps = stepsOf(since, until);
  const sums = new Map<number, [number, number, number, number]>();
  for (const { minute, messages, reactions, gifts, coins } of rows) {
    if (messages + reactions + gifts === 0) continue;
    const index = steps.indexOf(minute * MINUTE_MS);
    const [a, b, c, d] = sums.get(index) ?? [0, 0, 0, 0];
    sums.set(index, [a + messages, b + reactions, c + gifts, d + coins]);
  }
  return [...sums].map(([index, figures]) => [steps.startOf(index), ...figures]);
}
