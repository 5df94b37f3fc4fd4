/**
 * The Durable Object of a room, found by the room's id. Its public methods are the calls of `contracts/room.ts`, and
 * those of the platform; `parts.ts` wires what they call.
 */
import { DurableObject } from 'cloudflare:workers';
import { type Env, readConfig } from '@/config';
import type { ChatMessage, Draft, HeldMessage, ToPin } from '@/contracts/chat-message';
import type { HeldAction } from '@/contracts/chat-rules';
import type { NewPoll } from '@/contracts/poll';
import type {
  Approval,
  HeldAnswer,
  ModerationAction,
  Pass,
  PinAnswer,
  PollAnswer,
  Room,
  RoomRefusal,
  RoomUser,
  SaidAround,
  SayAnswer,
  ScreeningAnswer,
  TimeOut,
  VideoViewer,
  ViewerList,
  VoteAnswer,
} from '@/contracts/room';
import type { RoomCommand, RoomEventBody } from '@/contracts/room-command';
import type { ProductClicks, RoomFigures } from '@/contracts/room-figures';
import { PING_FRAME, PONG_FRAME } from '@/contracts/room-wire';
import type { Program, ScreeningAct, ScreeningViewers } from '@/contracts/screening';
import { admit } from './admission';
import { tickMs } from './broadcaster';
import { applyCommand, noteMaintenance } from './commands';
import { readModerationLog } from './moderation-log';
import { assemble, type RoomParts } from './parts';
import { refuse } from './policy';
import { closeSocket, SWEEP_MS, viewerKey } from './presence';
import { MAINTENANCE_HEADER, PASS_HEADER, SINCE_HEADER } from './rooms';
import { moderate } from './sanctions';
import { performTask, SUPPORT_KEPT_MS } from './tasks';

export class StreamRoom extends DurableObject<Env> implements Omit<Room, 'connect'> {
  readonly #room: RoomParts;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING_FRAME, PONG_FRAME));
    this.#room = assemble({
      ...{ state, config: readConfig(env), bindings: env, now: () => Date.now() },
      tickMs: (sockets) => this.tickMs(sockets),
      apply: (id, command) => this.apply(id, command),
      tell: (userIds, event) => this.tell(userIds, event),
    });
  }

  /** The time between frames in a room with this many sockets. */
  protected tickMs(sockets: number): number {
    return tickMs(sockets);
  }

  // --- The room's calls

  apply(commandId: string, command: RoomCommand): Promise<void> {
    return applyCommand(this.#room, commandId, command);
  }

  say(user: RoomUser, draft: Draft): Promise<SayAnswer> {
    this.#presence.settleIfEmpty();
    return this.#room.chat.say(user, draft);
  }

  approveWords(user: RoomUser, key: string, text: string): Promise<Approval> {
    return this.#room.chat.approve(user, key, text);
  }

  async history(before: number | null, limit: number): Promise<{ messages: ChatMessage[]; nextBefore: number | null }> {
    return this.#room.store.isPrepared ? this.#room.history.page(before, limit) : { messages: [], nextBefore: null };
  }

  async deleteMessage(
    messageId: string,
    byUserId: string,
    mayDeleteAny: boolean,
  ): Promise<{ readonly ok: true } | RoomRefusal> {
    const answer = this.#room.chat.delete(messageId, byUserId, mayDeleteAny);
    this.#room.pins.refresh();
    return answer;
  }

  async heldMessages(
    after: { readonly at: number; readonly id: string } | null,
    limit: number,
  ): Promise<HeldMessage[]> {
    return this.#room.store.isPrepared ? this.#room.held.list(after, limit) : [];
  }

  async heldAuthor(messageId: string): Promise<string | null> {
    return this.#room.store.isPrepared ? this.#room.held.authorOf(messageId) : null;
  }

  async resolveHeld(messageId: string, action: HeldAction, by: string): Promise<HeldAnswer> {
    return this.#room.chat.resolveHeld(messageId, action, by);
  }

  async moderate(byUserId: string, action: ModerationAction): Promise<boolean> {
    if (!this.#room.store.setup) return action.action !== 'end-timeout';
    const isChange = moderate(this.#room, byUserId, action);
    this.#room.pins.refresh();
    this.#room.polls.refresh();
    return isChange;
  }

  async pin(by: RoomUser, what: ToPin): Promise<PinAnswer> {
    return this.#room.pins.pin(by, what);
  }

  async unpin(): Promise<boolean> {
    return this.#room.pins.unpin();
  }

  async startPoll(by: RoomUser, poll: NewPoll): Promise<PollAnswer> {
    return this.#room.polls.start(by, poll);
  }

  async endPoll(pollId: string): Promise<PollAnswer> {
    return this.#room.store.isPrepared ? this.#room.polls.end(pollId) : refuse('POLL_NOT_FOUND');
  }

  async vote(user: RoomUser, pollId: string, option: number): Promise<VoteAnswer> {
    return this.#room.polls.vote(user, pollId, option);
  }

  async newestMessagesOf(userIds: readonly string[], limitEach: number): Promise<ChatMessage[]> {
    return this.#room.store.isPrepared ? this.#room.history.newestOf(userIds, limitEach) : [];
  }

  async messagesOf(userId: string, afterSeq: number, limit: number): Promise<ChatMessage[]> {
    return this.#room.store.isPrepared ? this.#room.traces.messagesOf(userId, afterSeq, limit) : [];
  }

  async saidAround(id: string, each: number): Promise<SaidAround | null> {
    return this.#room.store.isPrepared ? this.#room.history.around(id, each) : null;
  }

  async timeOuts(): Promise<TimeOut[]> {
    return this.#room.store.isPrepared ? this.#room.store.sanctions.timeOuts(this.#room.now()) : [];
  }

  async moderationLog(before: number | null, limit: number) {
    return this.#room.store.isPrepared
      ? readModerationLog(this.#room.store, before, limit)
      : { entries: [], nextBefore: null };
  }

  async viewerCount(): Promise<number | null> {
    return this.#room.store.setup ? this.#presence.viewerCount : null;
  }

  async takeVideoSlot(viewer: VideoViewer, slots: number): Promise<number | null> {
    this.#room.store.prepare();
    if (this.#room.store.sanctions.isDenied(viewer.address, this.#room.now())) return null;
    return this.#room.store.viewers.takeTurn(viewerKey(viewer)) % slots;
  }

  async viewers(): Promise<ViewerList> {
    return this.#presence.list();
  }

  async program(): Promise<Program> {
    return this.#room.screenings.program;
  }

  screen(user: RoomUser, act: ScreeningAct): Promise<ScreeningAnswer> {
    return this.#room.screenings.act(user, act);
  }

  async screeningViewers(): Promise<ScreeningViewers | null> {
    return this.#room.screenings.viewers;
  }

  async clickProduct(viewer: { readonly kind: 'user' | 'guest'; readonly id: string }, productId: string) {
    return (await this.#room.shop.click(viewer, productId)) ?? ({ ok: true } as const);
  }

  async productClicks(): Promise<ProductClicks[]> {
    return this.#room.shop.clicks;
  }

  async viewersFrom(regions: readonly string[]): Promise<string[]> {
    const viewers = this.#presence.socketsFrom(regions).map((socket) => this.#presence.seatOf(socket)?.viewer.id);
    return [...new Set(viewers.filter((id) => id !== undefined))];
  }

  async presentAmong(userIds: readonly string[]): Promise<string[]> {
    return userIds.filter((id) => this.#presence.socketsOfUser(id).length > 0);
  }

  async tell(userIds: readonly string[], event: RoomEventBody): Promise<void> {
    for (const id of userIds)
      for (const socket of this.#presence.socketsOfUser(id)) this.#room.broadcaster.tell(socket, event);
  }

  async leave(viewer: { readonly kind: 'user' | 'guest'; readonly id: string }): Promise<void> {
    this.#presence.closeAll(this.#presence.socketsOf(viewerKey(viewer)), 'left', this.#room.now());
  }

  async figures(): Promise<RoomFigures> {
    return this.#room.reports.figures();
  }

  // --- The platform's calls

  /** Handles an upgrade that `rooms.ts` forwards, with a pass that the Worker has verified. */
  override async fetch(request: Request): Promise<Response> {
    const pass = JSON.parse(decodeURIComponent(request.headers.get(PASS_HEADER) ?? '')) as Pass; // written by rooms.ts
    const since = request.headers.get(SINCE_HEADER);
    const maintenance = request.headers.get(MAINTENANCE_HEADER);
    if (maintenance !== null) noteMaintenance(this.#room, JSON.parse(decodeURIComponent(maintenance))); // as above
    const response = await admit(this.#room, pass, since === null ? null : Number(since));
    if (this.#presence.socketCount > 0) this.#room.agenda.putBy('sweep', this.#room.now() + SWEEP_MS);
    if (this.#room.store.isSupport) this.#room.agenda.put('archive', this.#room.now() + SUPPORT_KEPT_MS);
    return response;
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    await this.#room.frames.receive(socket, data);
  }

  override async webSocketClose(socket: WebSocket, _code: number, _reason: string, wasClean: boolean): Promise<void> {
    if (wasClean) this.#presence.exit(socket, this.#room.now());
    else this.#presence.lose(socket, this.#room.now());
    closeSocket(socket, 'left'); // the client waits for the room's close frame
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#presence.lose(socket, this.#room.now());
  }

  override async alarm(): Promise<void> {
    if (!this.#room.store.isPrepared) return;
    await this.#room.agenda.run(
      this.#room.now(),
      (task) => performTask(this.#room, task),
      (task, error) => this.#room.log.fault(`room.${task}`, error),
    );
  }

  get #presence() {
    return this.#room.presence();
  }
}
