/**
 * Traces of users in a room's events: their texts and names, in messages and gifts. Events such as joins and bans only
 * contain an id, which names nobody once the account is deleted.
 */

import type { Mention } from '@/contracts/chat-message';
import type { Names } from '@/domains/live/rooms/traces';
import { renameMentions } from './mention-store';
import { Meta } from './meta';
import { GONE, type Row, rowsOf, type StoredEvent } from './sql';
import { PLAIN } from './waiting-store';

const PAGE_EVENTS = 2_000;
/** More than any room's last seq. */
const NEVER_SHOWN = 2 ** 40;
/**
 * The cards in events: of gifts and sales, and of those who came on a stage or became its host. Co-hosts are a list of
 * cards.
 */
const CARDS = ['sender', 'recipient', 'buyer', 'user', 'host'] as const;
/** The events with titles and links of videos. */
const VIDEOS = `'cinema-started', 'cinema-queue'`;
/** The events with a title. */
const TITLED = `'stream-started', 'stream-updated', 'room-updated'`;

export interface TracePage {
  /** Each id once. */
  readonly userIds: readonly string[];
  /** Those of them whose messages were shown. */
  readonly writerIds: readonly string[];
  /** The page's last seq. */
  readonly through: number;
}

export class TraceStore {
  readonly #meta: Meta;

  constructor(private readonly sql: SqlStorage) {
    this.#meta = new Meta(sql);
  }

  /**
   * The users with traces in the next page of events; undefined after the last. A gift's recipient is the room's
   * creator or on its stage, and everyone on a stage came there by an event. Who started a video or set the queue may
   * not be the host any longer.
   */
  pageAfter(seq: number): TracePage | undefined {
    const rows = rowsOf<{
      seq: number;
      userId: string | null;
      writer: string | null;
      by: string | null;
      coHosts: string | null;
      mentions: string | null;
    }>(
      this.sql,
      `SELECT seq, coalesce(user_id, body ->> '$.sender.id', body ->> '$.buyer.id', body ->> '$.user.id', body ->> '$.host.id',
          body ->> '$.screening.hostId', body ->> '$.pin.announcement.userId') AS userId, user_id AS writer,
          CASE WHEN user_id IS NULL AND body ->> '$.type' IN (${VIDEOS})
            THEN coalesce(body ->> '$.screening.by', body ->> '$.by') END AS by,
          CASE WHEN user_id IS NULL THEN body -> '$.coHosts' END AS coHosts,
          CASE WHEN user_id IS NOT NULL THEN body -> '$.mentions' END AS mentions
        FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2`,
      seq,
      PAGE_EVENTS,
    );
    const last = rows.at(-1);
    const idsOf = (cards: string | null) => (JSON.parse(cards ?? '[]') as { id: string }[]).map(({ id }) => id); // cards
    const namedIn = (list: string | null) => (JSON.parse(list ?? '[]') as Mention[]).map(({ userId }) => userId); // of a message
    const userIds = rows.flatMap(({ userId, by, coHosts, mentions }) => [
      ...[userId, by].filter((id) => id !== null),
      ...idsOf(coHosts),
      ...namedIn(mentions),
    ]);
    const writerIds = rows.map(({ writer }) => writer).filter((id) => id !== null);
    return last && { userIds: [...new Set(userIds)], writerIds: [...new Set(writerIds)], through: last.seq };
  }

  /**
   * Users whose messages wait for release or were deleted before it, about whom moderators gave a reason, those who
   * started polls, and those whom a text mentions that waits or that only the moderation log still has.
   */
  waiting(): string[] {
    const query = `SELECT user_id AS userId FROM pending UNION SELECT user_id FROM held_gifts
      UNION SELECT user_id FROM moderation WHERE user_id IS NOT NULL UNION SELECT created_by FROM polls`;
    const mentioned = `SELECT value ->> '$.userId' AS userId FROM pending, json_each(body, '$.mentions')
      UNION SELECT value ->> '$.userId' FROM moderation, json_each(mentions)`;
    const rows = [query, mentioned].flatMap((one) => rowsOf<{ userId: string }>(this.sql, one));
    return rows.map(({ userId }) => userId);
  }

  /** Traces up to this seq are in D1. Rooms store it as `tracesTold`. */
  get reportedThrough(): number {
    return this.#meta.read<number>('tracesTold') ?? 0;
  }

  set reportedThrough(seq: number) {
    this.#meta.write('tracesTold', seq);
  }

  /**
   * The user's own messages whose texts are kept, oldest first, then those that were never shown: a moderator's decision
   * leaves a text in the log. Messages that were never shown have a seq of `NEVER_SHOWN` or more, to page by.
   */
  messagesOf(userId: string, afterSeq: number, limit: number): StoredEvent[] {
    const keptIn = (table: 'events' | 'pending', seq: string) => `
      SELECT ${seq} AS seq, iif(body ->> '$.deleted', json_set(body, '$.text', kept.text), body) AS body
      FROM ${table} said LEFT JOIN moderation kept ON kept.message_id = said.message_id AND kept.text <> ''
        AND kept.action IN ('delete-message', 'allow-held', 'drop-held')
      WHERE said.user_id = ?1 AND ${seq} > ?2 AND (NOT body ->> '$.deleted' OR kept.text IS NOT NULL) GROUP BY ${seq}`;
    return rowsOf<StoredEvent & Row>(
      this.sql,
      `${keptIn('events', 'said.seq')} UNION ALL ${keptIn('pending', `said.rowid + ${NEVER_SHOWN}`)} ORDER BY seq LIMIT ?3`,
      userId,
      afterSeq,
      limit,
    );
  }

  /** The newest messages of these users, including withheld ones; newest first for each. */
  newestMessagesOf(userIds: readonly string[], limitEach: number): StoredEvent[] {
    return userIds.flatMap((userId) =>
      rowsOf<StoredEvent & Row>(
        this.sql,
        `SELECT seq, body FROM events
         WHERE seq IN (SELECT seq FROM events WHERE user_id = ?1 ORDER BY seq DESC LIMIT ?2) ORDER BY seq DESC`,
        userId,
        limitEach,
      ),
    );
  }

  /** The seq of the last text that the user showed up to this time (ms), also with a gift, a pin or a poll; 0 if none. */
  lastSeqOf(userId: string, by: number): number {
    const query = `SELECT ifnull(max(seq), 0) AS seq FROM (
      SELECT seq FROM events WHERE user_id = ?1 AND at <= ?2
      UNION ALL SELECT seq FROM events WHERE user_id IS NULL AND at <= ?2
        AND (?1 = body ->> '$.pin.announcement.userId' OR (?1 = body ->> '$.sender.id' AND body ->> '$.message' <> ''))
      UNION ALL SELECT seq FROM polls WHERE created_by = ?1 AND started_at <= ?2)`;
    return rowsOf<{ seq: number }>(this.sql, query, userId, by)[0]?.seq ?? 0;
  }

  /** Erases the user for good. Messages stay as gaps in the chat, gifts as a deleted user's. */
  erase(userId: string): void {
    const { username, displayName } = GONE;
    const blank = `json_set(${PLAIN}, '$.text', '', '$.deleted', json('true'), '$.username', ?2, '$.displayName', ?3,
      '$.avatarUrl', NULL, '$.badges', json('[]'))`;
    this.sql.exec(`UPDATE events SET body = ${blank} WHERE user_id = ?1`, userId, username, displayName);
    this.sql.exec(
      `UPDATE pending SET body = ${blank}, release_at = NULL WHERE user_id = ?1`,
      userId,
      username,
      displayName,
    );
    for (const party of CARDS) {
      const nameless = `json_set(body, '$.${party}.username', ?2, '$.${party}.displayName', ?3,
        '$.${party}.avatarUrl', NULL ${party === 'sender' ? `, '$.message', NULL` : ''})`;
      this.#changeCards(party, nameless, userId, GONE);
    }
    this.#changeCoHosts(`json_set(value, '$.username', ?2, '$.displayName', ?3, '$.avatarUrl', NULL)`, userId, GONE);
    this.#changeAnnouncements(
      `'$.pin.announcement.avatarUrl', NULL, '$.pin.announcement.badges', json('[]'), '$.pin.announcement.text', ''`,
      userId,
      GONE,
    );
    renameMentions(this.sql, userId, null);
    this.#eraseVideos(`?1 IN (body ->> '$.screening.hostId', body ->> '$.screening.by', body ->> '$.by')`, userId);
  }

  /** Replaces the user's names wherever they stand. What was erased stays nameless, since the account is gone. */
  rename(userId: string, names: Names): void {
    const named = (path: string) => `json_set(body, '$.${path}username', ?2, '$.${path}displayName', ?3)`;
    for (const table of ['events', 'pending'])
      this.sql.exec(
        `UPDATE ${table} SET body = ${named('')} WHERE user_id = ?1`,
        userId,
        names.username,
        names.displayName,
      );
    for (const party of CARDS) this.#changeCards(party, named(`${party}.`), userId, names);
    this.#changeCoHosts(`json_set(value, '$.username', ?2, '$.displayName', ?3)`, userId, names);
    this.#changeAnnouncements('', userId, names);
    renameMentions(this.sql, userId, names.username);
  }

  /** @param body what becomes of an event with the user's card; `?2` and `?3` are the names */
  #changeCards(party: (typeof CARDS)[number], body: string, userId: string, { username, displayName }: Names): void {
    const theirs = `body ->> '$.${party}.id' = ?1`;
    for (const statement of [
      `UPDATE events SET body = ${body} WHERE user_id IS NULL AND ${theirs}`,
      `UPDATE held_gifts SET body = ${body} WHERE ${theirs}`,
    ])
      this.sql.exec(statement, userId, username, displayName);
  }

  /** In pins of announcements. @param more what else is set, as `path, value, …` */
  #changeAnnouncements(more: string, userId: string, { username, displayName }: Names): void {
    const names = `'$.pin.announcement.username', ?2, '$.pin.announcement.displayName', ?3`;
    this.sql.exec(
      `UPDATE events SET body = json_set(body, ${names}${more && `, ${more}`})
       WHERE user_id IS NULL AND body ->> '$.pin.announcement.userId' = ?1`,
      userId,
      username,
      displayName,
    );
  }

  /** @param card what becomes of the user's card, `value`; `?2` and `?3` are the names */
  #changeCoHosts(card: string, userId: string, { username, displayName }: Names): void {
    const coHosts = `json_each(body, '$.coHosts')`;
    this.sql.exec(
      `UPDATE events SET body = json_set(body, '$.coHosts',
         (SELECT json_group_array(json(iif(value ->> '$.id' = ?1, ${card}, value))) FROM ${coHosts}))
       WHERE user_id IS NULL AND body ->> '$.type' = 'host-changed'
         AND EXISTS (SELECT 1 FROM ${coHosts} WHERE value ->> '$.id' = ?1)`,
      userId,
      username,
      displayName,
    );
  }

  /** Erases titles and links that a host or whoever is in control gave. */
  #eraseVideos(condition: string, ...bindings: string[]): void {
    this.sql.exec(
      `UPDATE events
       SET body = json_replace(body, '$.screening.title', '', '$.screening.videoUrl', '', '$.screening.subtitlesUrl', NULL,
         '$.queue', json('[]'))
       WHERE user_id IS NULL AND body ->> '$.type' IN (${VIDEOS}) AND ${condition}`,
      ...bindings,
    );
  }

  /** Only in events that have exactly this title. */
  changeTitle(from: string, to: string): void {
    this.sql.exec(
      `UPDATE events SET body = json_set(body, '$.title', ?2)
       WHERE user_id IS NULL AND body ->> '$.type' IN (${TITLED}) AND body ->> '$.title' = ?1`,
      from,
      to,
    );
  }

  /** Erases the room's title and details from events, what it sold, and all videos of its screenings. */
  eraseTitles(): void {
    this.sql.exec(
      `UPDATE events
       SET body = json_replace(body, '$.title', '', '$.description', '', '$.category', NULL, '$.thumbnailUrl', NULL,
         '$.topic', NULL)
       WHERE user_id IS NULL AND body ->> '$.type' IN (${TITLED})`,
    );
    this.sql.exec(
      `UPDATE events SET body = json_replace(body, '$.title', '', '$.showcase', NULL)
       WHERE user_id IS NULL AND body ->> '$.type' IN ('product-showcased', 'product-sold')`,
    );
    this.#eraseVideos('1');
  }

  /** Erases what was shown and sold of a product, which late events would still show to whoever asks for them. */
  eraseProduct(productId: string): void {
    this.sql.exec(
      `UPDATE events SET body = json_replace(body, '$.title', '', '$.showcase', NULL)
       WHERE user_id IS NULL AND (
         (body ->> '$.type' = 'product-showcased' AND body ->> '$.showcase.product.id' = ?1)
         OR (body ->> '$.type' = 'product-sold' AND body ->> '$.productId' = ?1))`,
      productId,
    );
  }
}
