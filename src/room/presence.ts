/**
 * Who is in the room: the open sockets and their attachments. Counts are derived from them, so they are right after any
 * crash, eviction or reconnect. Every stay is an interval in the store.
 */
import type { RoomUser, RoomViewer, ViewerList } from '@/contracts/room';
import type { Arrival } from '@/contracts/room-figures';
import { CLOSE, type CloseReason } from '@/contracts/room-wire';
import type { PlayerState } from '@/contracts/screening';
import { MINUTE_MS, SECOND_MS } from '@/shared/time';
import { GUESTS_RANKED_MAX } from './figures';
import { NameIndex } from './mentions';
import { moderatesRoom } from './policy';
import type { RoomStore } from './store';

/** Three missed pings. */
export const SILENT_MS_MAX = 90 * SECOND_MS;
/** How often the room looks for silent sockets. */
export const SWEEP_MS = MINUTE_MS;
/** How often a talking socket's last frame time is stored. While the room is awake, memory is more exact. */
const HEARD_PRECISION_MS = 15 * SECOND_MS;
export const VIEWERS_LISTED_MAX = 500;

/** What the player behind a socket last said of a screening. */
interface Watch {
  readonly screeningId: string;
  readonly state: PlayerState;
}

/** A socket's attachment, which survives hibernation. */
export interface Seat {
  readonly passId: string;
  readonly viewer: RoomViewer;
  /** From the pass. */
  readonly sessionId?: string;
  /** From the pass. */
  readonly regions?: readonly string[];
  readonly address?: string | undefined;
  readonly arrival?: Arrival | undefined;
  readonly joinedAt: number;
  readonly heardAt: number;
  /** In a support room: the last message that the socket got. */
  readonly seq?: number;
  readonly watch?: Watch;
}

export function viewerKey({ kind, id }: { readonly kind: 'user' | 'guest'; readonly id: string }): string {
  return `${kind}:${id}`;
}

export class Presence {
  readonly #seats = new Map<WebSocket, Seat>();
  readonly #socketsOf = new Map<string, Set<WebSocket>>();
  /** Sockets of those who moderate the room. */
  readonly #moderators = new Set<WebSocket>();
  /** The users who are here and may be named. */
  readonly names = new NameIndex();
  /** When (ms) each socket's newest frame came. */
  readonly #lastFrameAt = new WeakMap<WebSocket, number>();

  constructor(
    private readonly state: DurableObjectState,
    private readonly store: RoomStore,
    private readonly onChange: () => void,
  ) {
    for (const socket of state.getWebSockets()) {
      const seat: Seat | null = socket.deserializeAttachment();
      if (seat && socket.readyState === WebSocket.OPEN) this.#seat(socket, seat);
    }
  }

  /** Distinct users plus distinct guests, without the creator. */
  get viewerCount(): number {
    return this.#socketsOf.size - (this.#socketsOf.has(this.creatorKey) ? 1 : 0);
  }

  /** The count by which lists sort: guests from one address count for at most five. */
  get rankingCount(): number {
    const crowds = new Map<string, number>();
    for (const { address } of this.#present())
      if (address !== undefined) crowds.set(address, (crowds.get(address) ?? 0) + 1);
    const surplus = [...crowds.values()].reduce((sum, guests) => sum + Math.max(0, guests - GUESTS_RANKED_MAX), 0);
    return this.viewerCount - surplus;
  }

  /** How many viewers from this address are here, verified users not counted. */
  countFrom(address: string): number {
    let count = 0;
    for (const seat of this.#present()) if (seat.address === address) count += 1;
    return count;
  }

  get creatorKey(): string {
    return viewerKey({ kind: 'user', id: this.store.hostId ?? '' });
  }

  get socketCount(): number {
    return this.#seats.size;
  }

  sockets(): IterableIterator<WebSocket> {
    return this.#seats.keys();
  }

  seatOf(socket: WebSocket): Seat | undefined {
    return this.#seats.get(socket);
  }

  socketsOf(key: string): WebSocket[] {
    return [...(this.#socketsOf.get(key) ?? [])];
  }

  moderatorSockets(): Iterable<WebSocket> {
    return this.#moderators;
  }

  socketsOfUser(id: string): WebSocket[] {
    return this.socketsOf(viewerKey({ kind: 'user', id }));
  }

  socketsFrom(regions: readonly string[]): WebSocket[] {
    const isThere = (seat: Seat) => seat.regions?.some((region) => regions.includes(region)) ?? false;
    return [...this.#seats].flatMap(([socket, seat]) => (isThere(seat) ? [socket] : []));
  }

  /** The sockets of guests and unverified users from these addresses. */
  socketsAt(addresses: readonly string[]): WebSocket[] {
    const isThere = ({ address }: Seat) => address !== undefined && addresses.includes(address);
    return [...this.#seats].flatMap(([socket, seat]) => (isThere(seat) ? [socket] : []));
  }

  /** The stay's interval is already open: opening it used up the pass. The socket gets nothing before `welcome`. */
  enter(socket: WebSocket, seat: Seat, welcome: string): void {
    this.state.acceptWebSocket(socket);
    socket.serializeAttachment(seat);
    socket.send(welcome);
    this.#seat(socket, seat);
    this.onChange();
  }

  /** Ends the stay at this time (ms), however the socket ended. Safe to repeat. */
  exit(socket: WebSocket, at: number): void {
    const seat = this.#seats.get(socket);
    if (!seat) {
      // It has already ended, or its end woke the room, which then never seated it.
      const unseated: Seat | null = socket.deserializeAttachment();
      if (unseated && this.store.isPrepared) this.store.viewers.close(unseated.passId, at);
      return;
    }
    this.#seats.delete(socket);
    this.#moderators.delete(socket);
    const key = viewerKey(seat.viewer);
    const others = this.#socketsOf.get(key);
    others?.delete(socket);
    if (others?.size === 0) {
      this.#socketsOf.delete(key);
      if (seat.viewer.kind === 'user') this.names.drop(seat.viewer);
    }
    this.store.viewers.close(seat.passId, at);
    this.onChange();
  }

  /** As `exit`, for a viewer who disappeared: the stay ends when they were last heard from. */
  lose(socket: WebSocket, now: number): void {
    const seat: Seat | null = this.#seats.get(socket) ?? socket.deserializeAttachment();
    if (seat) this.exit(socket, Math.min(now, this.#heardAt(socket, seat)));
  }

  /** Ends the viewer's stay as `lose` does, and closes the socket. */
  drop(socket: WebSocket, reason: CloseReason, now: number): void {
    this.lose(socket, now);
    closeSocket(socket, reason);
  }

  close(socket: WebSocket, reason: CloseReason, now: number): void {
    this.exit(socket, now);
    closeSocket(socket, reason);
  }

  closeAll(sockets: Iterable<WebSocket>, reason: CloseReason, now: number): void {
    for (const socket of [...sockets]) this.close(socket, reason, now);
  }

  heard(socket: WebSocket, now: number): void {
    const seat = this.#seats.get(socket);
    this.#lastFrameAt.set(socket, now);
    if (seat && now - seat.heardAt >= HEARD_PRECISION_MS) this.#update(socket, { ...seat, heardAt: now });
  }

  /** In a support room, the socket gets this message now. */
  reached(socket: WebSocket, seq: number): void {
    const seat = this.#seats.get(socket);
    if (seat) this.#update(socket, { ...seat, seq });
  }

  /** The socket's player can do this now. */
  watches(socket: WebSocket, watch: Watch): void {
    const seat = this.#seats.get(socket);
    if (!seat || (seat.watch?.screeningId === watch.screeningId && seat.watch.state === watch.state)) return;
    this.#update(socket, { ...seat, watch });
  }

  /** Applies what was just read of the user to all their sockets. */
  restand(user: RoomUser): void {
    for (const socket of this.socketsOf(viewerKey(user))) {
      const seat = this.#seats.get(socket);
      if (seat?.viewer.kind === 'user') this.names.drop(seat.viewer);
      if (seat) this.#update(socket, { ...seat, viewer: user });
      this.#name(user);
    }
  }

  /** Nobody learns by a mention that somebody anonymous is here. */
  #name(viewer: RoomViewer): void {
    if (viewer.kind === 'user' && !viewer.standing.anonymous) this.names.put(viewer);
  }

  userIds(): string[] {
    return this.#viewers().flatMap(({ kind, id }) => (kind === 'user' ? [id] : []));
  }

  guestSockets(): WebSocket[] {
    return [...this.#seats].flatMap(([socket, { viewer }]) => (viewer.kind === 'guest' ? [socket] : []));
  }

  /** The sessions that the user's seats name. */
  sessionsOf(userId: string): string[] {
    return this.socketsOfUser(userId).flatMap((socket) => this.#seats.get(socket)?.sessionId ?? []);
  }

  /** Each viewer once. */
  #viewers(): RoomViewer[] {
    return [...this.#socketsOf.values()].flatMap(([first]) => (first && this.#seats.get(first)?.viewer) ?? []);
  }

  /**
   * Closes silent sockets, and ends stays that a crash left open at the time when the room last saw them. Then stores
   * that the room has seen everyone now.
   */
  sweep(now: number): void {
    for (const [socket, seat] of [...this.#seats])
      if (now - this.#heardAt(socket, seat) > SILENT_MS_MAX) this.drop(socket, 'silent', now);
    this.settle();
    this.store.viewers.stampLastSeen(now);
  }

  /** Ends stays without a socket at the time when the room last saw them. */
  settle(): void {
    this.store.viewers.settleAllBut([...this.#seats.values()].map(({ passId }) => passId));
  }

  /** Call it after a crash, before anything that would make old stays seem to have lasted until now. */
  settleIfEmpty(): void {
    if (this.store.isPrepared && this.#seats.size === 0) this.settle();
  }

  /** The creator is named but not counted. Users past the number that is listed count as guests. */
  list(): ViewerList {
    const users: ViewerList['users'][number][] = [];
    const guestIds: string[] = [];
    let guests = 0;
    for (const { viewer } of this.#present()) {
      if (viewer.kind === 'guest' || users.length === VIEWERS_LISTED_MAX) {
        guests += 1;
        if (viewer.kind === 'guest' && guestIds.length < VIEWERS_LISTED_MAX) guestIds.push(viewer.id);
        continue;
      }
      const { id, username, displayName, avatarUrl } = viewer;
      users.push({ id, username, displayName, avatarUrl });
    }
    return { users, guests, guestIds, total: this.viewerCount };
  }

  /** Yields one seat for each viewer. */
  *#present(): Generator<Seat> {
    for (const [socket] of this.#socketsOf.values()) {
      const seat = socket && this.#seats.get(socket);
      if (seat) yield seat;
    }
  }

  #heardAt(socket: WebSocket, { heardAt }: Seat): number {
    const pongedAt = this.state.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0;
    return Math.max(heardAt, pongedAt, this.#lastFrameAt.get(socket) ?? 0);
  }

  #seat(socket: WebSocket, seat: Seat): void {
    this.#keep(socket, seat);
    this.#name(seat.viewer);
    const key = viewerKey(seat.viewer);
    const sockets = this.#socketsOf.get(key);
    if (sockets) sockets.add(socket);
    else this.#socketsOf.set(key, new Set([socket]));
  }

  #update(socket: WebSocket, seat: Seat): void {
    this.#keep(socket, seat);
    socket.serializeAttachment(seat);
  }

  #keep(socket: WebSocket, seat: Seat): void {
    this.#seats.set(socket, seat);
    if (moderatesRoom(seat.viewer)) this.#moderators.add(socket);
    else this.#moderators.delete(socket);
  }
}

export function closeSocket(socket: WebSocket, reason: CloseReason): void {
  const [code, text] = CLOSE[reason];
  try {
    socket.close(code, text);
  } catch {
    // It has ended meanwhile, which is the goal.
  }
}
