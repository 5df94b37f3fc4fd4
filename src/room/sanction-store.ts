/**
 * Who may not enter or write: bans, kicks, time-outs and regions, ordered by command id and not by arrival. Also which
 * users' older passes are outdated.
 */
import type { TimeOut } from '@/contracts/room';
import { Meta } from './meta';
import { type Row, rowsOf } from './sql';

export interface Ban {
  readonly by: string;
  readonly reason: string | null;
}

export interface Sanction {
  readonly ban: Ban | null;
  /** A pass with a smaller id is invalid. */
  readonly kickedBefore: string;
}

interface BlockedRegions {
  readonly at: number;
  readonly regions: readonly string[];
}

export interface AccountBan {
  /** The room's marks of the account's addresses. */
  readonly addresses: readonly string[];
  /** Milliseconds. */
  readonly until: number;
}

const NOWHERE: BlockedRegions = { at: 0, regions: [] };

export class SanctionStore {
  /** Users with a row here. Everyone else needs no query. */
  readonly #known = new Set<string>();
  /** By user: the seq up to which their texts are withheld. */
  readonly #withheld = new Map<string, number>();
  #blockedRegions = NOWHERE;
  /** By user: the seq up to which decisions of staff withhold their texts. */
  readonly #withheldByStaff = new Map<string, number>();
  /** By banned account: guests from its addresses are kept out. */
  readonly #accountBans = new Map<string, AccountBan>();

  readonly #meta: Meta;

  constructor(private readonly sql: SqlStorage) {
    this.#meta = new Meta(sql);
  }

  /** Requires that the tables exist. */
  load(): void {
    const users =
      'SELECT user_id AS userId FROM sanctions UNION SELECT user_id FROM time_outs UNION SELECT user_id FROM changes';
    for (const { userId } of rowsOf<{ userId: string }>(this.sql, users)) this.#known.add(userId);
    const withheld = 'SELECT user_id AS userId, withheld_through AS seq FROM sanctions WHERE withheld_through > 0';
    for (const { userId, seq } of rowsOf<{ userId: string; seq: number }>(this.sql, withheld))
      this.#withheld.set(userId, seq);
    const byStaff = 'SELECT DISTINCT user_id AS userId FROM withheld_by_staff';
    for (const { userId } of rowsOf<{ userId: string }>(this.sql, byStaff)) this.#loadWithheldByStaff(userId);
    const bans = 'SELECT user_id AS userId, addresses, until FROM account_bans';
    for (const { userId, addresses, until } of rowsOf<{ userId: string; addresses: string; until: number }>(
      this.sql,
      bans,
    ))
      this.#accountBans.set(userId, { addresses: JSON.parse(addresses), until });
    this.#blockedRegions = this.#meta.read('blocked-regions') ?? NOWHERE;
  }

  /** Returns false, and changes nothing, if the stored reading is newer. @param at when it was read (ms) */
  blockRegions(at: number, regions: readonly string[]): boolean {
    if (at < this.#blockedRegions.at) return false;
    this.#blockedRegions = { at, regions };
    this.#meta.write('blocked-regions', this.#blockedRegions);
    return true;
  }

  isBlocked(regions: readonly string[]): boolean {
    return regions.some((region) => this.#blockedRegions.regions.includes(region));
  }

  /** Returns false, and changes nothing, for a command older than the account's last one. */
  setAccountBan(userId: string, ban: AccountBan, commandId: string): boolean {
    const { rowsWritten } = this.sql.exec(
      `INSERT INTO account_bans (user_id, addresses, until, command) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (user_id) DO UPDATE SET addresses = ?2, until = ?3, command = ?4 WHERE command < ?4`,
      userId,
      JSON.stringify(ban.addresses),
      ban.until,
      commandId,
    );
    if (rowsWritten === 0) return false;
    this.#accountBans.set(userId, ban);
    return true;
  }

  isDenied(address: string | undefined, now: number): boolean {
    if (address === undefined) return false;
    return [...this.#accountBans.values()].some(({ addresses, until }) => until > now && addresses.includes(address));
  }

  /** Returns false, and changes nothing, for a command older than the user's last one. The first reason stays. */
  setBan(userId: string, ban: Ban | null, commandId: string): boolean {
    this.#known.add(userId);
    const cursor = this.sql.exec(
      `INSERT INTO sanctions (user_id, banned_by, reason, ban_command) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (user_id) DO UPDATE SET banned_by = ?2, ban_command = ?4,
         reason = iif(banned_by IS NOT NULL AND ?2 IS NOT NULL, reason, ?3) WHERE ban_command < ?4`,
      userId,
      ban?.by ?? null,
      ban?.reason ?? null,
      commandId,
    );
    return cursor.rowsWritten > 0;
  }

  setKick(userId: string, kickedBefore: string): void {
    this.#known.add(userId);
    this.sql.exec(
      `INSERT INTO sanctions (user_id, kicked_before) VALUES (?1, ?2)
       ON CONFLICT (user_id) DO UPDATE SET kicked_before = max(kicked_before, ?2)`,
      userId,
      kickedBefore,
    );
  }

  findSanction(userId: string): Sanction | undefined {
    if (!this.#known.has(userId)) return undefined;
    const [row] = rowsOf<{ by: string | null; reason: string | null; kickedBefore: string }>(
      this.sql,
      'SELECT banned_by AS by, reason, kicked_before AS kickedBefore FROM sanctions WHERE user_id = ?1',
      userId,
    );
    if (!row) return undefined;
    const { by, reason, kickedBefore } = row;
    return { ban: by === null ? null : { by, reason }, kickedBefore };
  }

  /** Hides everything the user has said up to this seq from everyone but moderators, even after a ban ends. */
  withhold(userId: string, throughSeq: number): void {
    if (throughSeq <= (this.#withheld.get(userId) ?? 0)) return;
    this.#known.add(userId);
    this.#withheld.set(userId, throughSeq);
    this.sql.exec(
      `INSERT INTO sanctions (user_id, withheld_through) VALUES (?1, ?2)
       ON CONFLICT (user_id) DO UPDATE SET withheld_through = ?2`,
      userId,
      throughSeq,
    );
  }

  /** For a decision of staff, beside `withhold`. Does nothing if it was reversed already. */
  withholdByStaff(userId: string, decisionId: string, throughSeq: number): void {
    const query = 'INSERT OR IGNORE INTO withheld_by_staff (decision_id, user_id, through_seq) VALUES (?1, ?2, ?3)';
    this.sql.exec(query, decisionId, userId, throughSeq);
    this.#loadWithheldByStaff(userId);
  }

  /** The decision was reversed. */
  restoreByStaff(userId: string, decisionId: string): void {
    const query = 'INSERT OR REPLACE INTO withheld_by_staff (decision_id, user_id, through_seq) VALUES (?1, ?2, 0)';
    this.sql.exec(query, decisionId, userId);
    this.#loadWithheldByStaff(userId);
  }

  #loadWithheldByStaff(userId: string): void {
    const query = 'SELECT ifnull(max(through_seq), 0) AS seq FROM withheld_by_staff WHERE user_id = ?1';
    this.#withheldByStaff.set(userId, rowsOf<{ seq: number }>(this.sql, query, userId)[0]?.seq ?? 0);
  }

  get withholdsNothing(): boolean {
    return this.#withheld.size === 0 && this.#withheldByStaff.size === 0;
  }

  /** Returns 0 if nothing is withheld. */
  withheldThrough(userId: string): number {
    return Math.max(this.#withheld.get(userId) ?? 0, this.#withheldByStaff.get(userId) ?? 0);
  }

  /** The reason for a ban can name the user. */
  forgetReasons(userId: string): void {
    this.sql.exec('UPDATE sanctions SET reason = NULL WHERE user_id = ?1', userId);
    this.sql.exec('DELETE FROM time_outs WHERE user_id = ?1', userId);
  }

  setChanged(userId: string, at: number): void {
    this.#known.add(userId);
    this.sql.exec(
      `INSERT INTO changes (user_id, at) VALUES (?1, ?2) ON CONFLICT (user_id) DO UPDATE SET at = max(at, ?2)`,
      userId,
      at,
    );
  }

  /** Milliseconds; 0 if nothing has changed. */
  changedAt(userId: string): number {
    if (!this.#known.has(userId)) return 0;
    return rowsOf<{ at: number }>(this.sql, 'SELECT at FROM changes WHERE user_id = ?1', userId)[0]?.at ?? 0;
  }

  setTimeOut(timeOut: TimeOut): void {
    const { userId, until, reason, by, at } = timeOut;
    this.#known.add(userId);
    this.sql.exec(
      'INSERT OR REPLACE INTO time_outs (user_id, until, reason, by, at) VALUES (?1, ?2, ?3, ?4, ?5)',
      userId,
      until,
      reason,
      by,
      at,
    );
  }

  /** Returns false if no time-out was running. */
  endTimeOut(userId: string, now: number): boolean {
    const ended = rowsOf(this.sql, 'DELETE FROM time_outs WHERE user_id = ?1 AND until > ?2 RETURNING 1', userId, now);
    return ended.length > 0;
  }

  /** Removes the time-outs that have ended. @returns the users' ids */
  takeEndedTimeOuts(now: number): string[] {
    const query = 'DELETE FROM time_outs WHERE until <= ?1 RETURNING user_id AS userId';
    return rowsOf<{ userId: string }>(this.sql, query, now).map(({ userId }) => userId);
  }

  nextTimeOutEnd(): number | null {
    return rowsOf<{ until: number | null }>(this.sql, 'SELECT min(until) AS until FROM time_outs')[0]?.until ?? null;
  }

  findTimeOut(userId: string): Pick<TimeOut, 'until' | 'reason'> | undefined {
    if (!this.#known.has(userId)) return undefined;
    const query = 'SELECT until, reason FROM time_outs WHERE user_id = ?1';
    return rowsOf<Pick<TimeOut, 'until' | 'reason'> & Row>(this.sql, query, userId)[0];
  }

  timeOuts(now: number): TimeOut[] {
    return rowsOf<TimeOut & Row>(
      this.sql,
      `SELECT user_id AS userId, until, reason, by, at FROM time_outs WHERE until > ?1 ORDER BY at`,
      now,
    );
  }
}
