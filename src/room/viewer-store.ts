/** When viewers came and left, and their reactions. */
import type { ReactionKind, Source } from '@/contracts/room';
import { MINUTE_MS } from '@/shared/time';
import { GUESTS_RANKED_MAX, type Interval } from './figures';
import { Meta } from './meta';
import { rowsOf } from './sql';

/** Decides how a stay counts in the figures. */
export type Origin = Omit<Interval, 'viewer' | 'joinedAt' | 'leftAt' | 'address'> & {
  readonly address?: string | undefined;
};

export class ViewerStore {
  readonly #meta: Meta;

  constructor(private readonly sql: SqlStorage) {
    this.#meta = new Meta(sql);
  }

  /** Returns false if the pass has already opened one. */
  open(passId: string, viewer: string, at: number, origin: Origin): boolean {
    const { isVerified, address, isFollower, arrival } = origin;
    const cursor = this.sql.exec(
      `INSERT OR IGNORE INTO intervals
         (id, viewer, joined_at, is_verified, address, is_follower, source, is_returning)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`,
      ...[passId, viewer, at, isVerified ? 1 : 0, address ?? null],
      ...[isFollower ? 1 : 0, arrival.source, arrival.returning ? 1 : 0],
    );
    return cursor.rowsWritten > 0;
  }

  /** Whether the pass was used. */
  wasOpened(passId: string): boolean {
    return rowsOf(this.sql, 'SELECT 1 FROM intervals WHERE id = ?1', passId).length > 0;
  }

  close(passId: string, at: number): void {
    this.sql.exec('UPDATE intervals SET left_at = max(joined_at, ?2) WHERE id = ?1 AND left_at IS NULL', passId, at);
  }

  /** When (ms) each of these viewers last left. Missing: never here, or here now. */
  lastLeft(viewers: readonly string[]): ReadonlyMap<string, number> {
    if (viewers.length === 0) return new Map();
    const rows = rowsOf<{ viewer: string; at: number | null }>(
      this.sql,
      `SELECT viewer, max(left_at) AS at FROM intervals
       WHERE viewer IN (SELECT value FROM json_each(?1)) GROUP BY viewer`,
      JSON.stringify(viewers),
    );
    return new Map(rows.flatMap(({ viewer, at }) => (at === null ? [] : [[viewer, at] as const])));
  }

  /** Ends open stays whose end nobody saw, at the time when the room last saw them. Keeps those of these passes. */
  settleAllBut(openPassIds: readonly string[]): void {
    const lost = 'left_at IS NULL AND id NOT IN (SELECT value FROM json_each(?1))';
    const open = JSON.stringify(openPassIds);
    // Checked first: lost stays are rare, and `lastSeenAt` scans all stays.
    if (rowsOf(this.sql, `SELECT 1 FROM intervals WHERE ${lost} LIMIT 1`, open).length === 0) return;
    this.sql.exec(`UPDATE intervals SET left_at = max(joined_at, ?2) WHERE ${lost}`, open, this.lastSeenAt);
  }

  /** Returns how many were taken before. */
  takeTurn(viewer: string): number {
    const [row] = rowsOf<{ turns: number }>(
      this.sql,
      `INSERT INTO video_turns (viewer, turns) VALUES (?1, 1)
       ON CONFLICT (viewer) DO UPDATE SET turns = turns + 1 RETURNING turns`,
      viewer,
    );
    return (row?.turns ?? 1) - 1;
  }

  /**
   * Everyone's intervals except one viewer's, by viewer and time. Yields them one at a time, since a big room has
   * hundreds of thousands. Only addresses shared by many are named: no others can be crowds.
   */
  *intervals(but: string): Generator<Interval> {
    const rows = this.sql
      .exec(
        `SELECT viewer, joined_at, left_at, is_verified, iif(address IN (
           SELECT address FROM intervals WHERE address IS NOT NULL GROUP BY address HAVING count(*) > ?2
         ), address, NULL), is_follower, source, is_returning
         FROM intervals WHERE viewer <> ?1 ORDER BY viewer, joined_at`,
        but,
        GUESTS_RANKED_MAX,
      )
      .raw<[string, number, number | null, number, string | null, number, Source, number]>();
    for (const [viewer, joinedAt, leftAt, isVerified, address, isFollower, source, isReturning] of rows) {
      const arrival = { source, returning: isReturning === 1 };
      const stay = { viewer, joinedAt, leftAt, isVerified: isVerified === 1, address };
      yield { ...stay, isFollower: isFollower === 1, arrival };
    }
  }

  /** When (ms) the room last knew who was there: its newest stamp, arrival, departure or message. */
  get lastSeenAt(): number {
    const [row] = rowsOf<{ at: number }>(
      this.sql,
      `SELECT max(
         ?1,
         ifnull((SELECT max(max(joined_at, ifnull(left_at, 0))) FROM intervals), 0),
         ifnull((SELECT at FROM events WHERE user_id IS NOT NULL ORDER BY seq DESC LIMIT 1), 0)
       ) AS at`,
      this.#meta.read<number>('lastSeen') ?? 0,
    );
    return row?.at ?? 0;
  }

  stampLastSeen(now: number): void {
    this.#meta.write('lastSeen', now);
  }

  /** Stays of verified users that lasted after `since` (ms). A stay that goes on ends at `until`. */
  *verifiedStays(since: number, until: number): Generator<{ userId: string; from: number; to: number }> {
    const rows = this.sql
      .exec(
        `SELECT substr(viewer, 6), joined_at, min(coalesce(left_at, ?2), ?2) FROM intervals
         WHERE is_verified = 1 AND viewer LIKE 'user:%' AND (left_at IS NULL OR left_at > ?1)`,
        since,
        until,
      )
      .raw<[string, number, number]>();
    for (const [userId, from, to] of rows) yield { userId, from, to };
  }

  /** When (ms) the room last reported the work of guides; 0: never. */
  get workReportedAt(): number {
    return this.#meta.read<number>('workReported') ?? 0;
  }

  stampWorkReported(now: number): void {
    this.#meta.write('workReported', now);
  }

  /** At least the number of stays so far: for what must cost less the longer it would take. */
  get staysMax(): number {
    return rowsOf<{ stays: number | null }>(this.sql, 'SELECT max(rowid) AS stays FROM intervals')[0]?.stays ?? 0;
  }

  addReactions(counts: ReadonlyMap<ReactionKind, number>, at: number): void {
    this.sql.exec(
      `INSERT INTO minutes (minute, reactions) VALUES (?1, ?2)
       ON CONFLICT (minute) DO UPDATE SET reactions = reactions + excluded.reactions`,
      Math.floor(at / MINUTE_MS),
      [...counts.values()].reduce((sum, count) => sum + count, 0),
    );
    this.sql.exec(
      `INSERT INTO reactions (kind, count) SELECT value ->> 0, value ->> 1 FROM json_each(?1) WHERE true
       ON CONFLICT (kind) DO UPDATE SET count = count + excluded.count`,
      JSON.stringify([...counts]),
    );
  }

  /** Reactions in the waiting room do not belong to the stream. */
  clearReactions(): void {
    this.sql.exec('DELETE FROM reactions');
    this.sql.exec('UPDATE minutes SET reactions = 0');
  }

  reactions(): Partial<Record<ReactionKind, number>> {
    const rows = rowsOf<{ kind: string; count: number }>(this.sql, 'SELECT kind, count FROM reactions');
    return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]));
  }
}
