/**
 * The Durable Object of a room, found by the room's id. It wires the parts together and contains no rules; its public
 * methods are the calls of `contracts/room.ts`.
 */
import { DurableObject } from 'cloudflare:workers';
import { type Env, readConfig } from '@/config';
import type { HeldAction } from '@/contracts/chat-rules';
import type { TaskMessage } from '@/contracts/messages';
import type { NewPoll } from '@/contracts/poll';
import type {
  Approval,
  ChatMessage,
  Draft,
  HeldAnswer,
  HeldMessage,
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
  ToPin,
  VideoViewer,
  ViewerList,
  VoteAnswer,
} from '@/contracts/room';
import type { RoomCommand, RoomEventBody } from '@/contracts/room-command';
import type { ProductClicks, RoomFigures } from '@/contracts/room-figures';
import { PING_FRAME, PONG_FRAME } from '@/contracts/room-wire';
import type { Program, ScreeningAct, ScreeningViewers } from '@/contracts/screening';
import { openDatabase } from '@/db/client';
import type { Committing } from '@/db/commit';
import type { Logging } from '@/domains/base/permissions/log';
import { readEmotes } from '@/domains/live/emotes/list';
import { newLogger } from '@/shared/log';
import { Addressees } from './addressees';
import { admit } from './admission';
import { Agenda } from './agenda';
import { Broadcaster, tickMs } from './broadcaster';
import { ChannelEmotes } from './channel-emotes';
import { Chat } from './chat';
import { applyCommand, noteMaintenance } from './commands';
import { Frames } from './frames';
import { HeldMessages } from './held';
import { LiveAnalytics } from './live-analytics';
import { mentionsIn } from './mentions';
import { readModerationLog } from './moderation-log';
import { Pins } from './pins';
import { refuse } from './policy';
import { Polls } from './polls';
import { closeSocket, Presence, SWEEP_MS, viewerKey } from './presence';
import { Relations } from './relations';
import { Reports } from './reports';
import { MAINTENANCE_HEADER, PASS_HEADER, SINCE_HEADER } from './rooms';
import { moderate } from './sanctions';
import { Screenings } from './screenings';
import { Shop } from './shop';
import { StageWork } from './stage-work';
import { RoomStore } from './store';
import { SupportChat } from './support';
import { performTask, SUPPORT_KEPT_MS } from './tasks';
import { Traces } from './traces';
import { UserRoom } from './user-room';

export class StreamRoom extends DurableObject<Env> implements Omit<Room, 'connect'> {
  readonly #now = () => Date.now();
  readonly #log = newLogger('room');
  readonly #store: RoomStore;
  readonly #agenda: Agenda;
  readonly #presence: Presence;
  readonly #broadcaster: Broadcaster;
  readonly #relations: Relations;
  readonly #held: HeldMessages;
  readonly #emotes: ChannelEmotes;
  readonly #chat: Chat;
  readonly #support: SupportChat;
  readonly #screenings: Screenings;
  readonly #frames: Frames;
  readonly #reports: Reports;
  readonly #liveAnalytics: LiveAnalytics;
  readonly #traces: Traces;
  readonly #shop: Shop;
  readonly #pins: Pins;
  readonly #polls: Polls;
  readonly #stageWork: StageWork;
  readonly #userRoom: UserRoom;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING_FRAME, PONG_FRAME));
    const now = this.#now;
    const presence = () => this.#presence;
    const database: Committing & Logging = {
      db: openDatabase(env.DB),
      caller: null,
      now,
      waitUntil: (work) => state.waitUntil(work),
      deliver: async () => undefined, // the sweep delivers what the room writes to the outbox
    };
    this.#store = new RoomStore(state.storage);
    this.#agenda = new Agenda(state.storage, this.#store);
    this.#presence = new Presence(state, this.#store, () => {
      this.#userRoom.presenceChanged();
      if (this.#store.isSupport) return;
      this.#broadcaster.viewersChanged();
      this.#screenings.refresh();
    });
    const onTraces = () => this.#traces.left();
    const later = (run: () => void, ms: number) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    };
    this.#broadcaster = new Broadcaster({
      store: this.#store,
      presence,
      now,
      tickMs: (sockets) => this.tickMs(sockets),
      later,
      onViewerCount: (count) => this.#reports.countChanged(count),
      onTraces,
      onMessage: (message, seq, body) => addressees.sent(message, seq, body),
      onFrame: () => this.#liveAnalytics.changed(),
    });
    const onDenied = (userId: string) => this.#chat.withdraw(userId);
    this.#relations = new Relations({ store: this.#store, database, presence, log: this.#log, onDenied });
    const parts = { store: this.#store, agenda: this.#agenda, broadcaster: this.#broadcaster, presence, now };
    const addressees = new Addressees({ ...parts, database, log: this.#log });
    const mentionsOf = (text: string) =>
      mentionsIn(text, (name) => this.#presence.names.find(name) ?? this.#store.writers.find(name));
    this.#held = new HeldMessages(parts);
    const held = this.#held;
    const relations = this.#relations;
    this.#emotes = new ChannelEmotes({
      ...{ ...parts, log: this.#log },
      readEmotes: (hostId) => readEmotes({ db: database.db, config: readConfig(env) }, hostId),
      onChange: () => this.#chat.forgetRules(),
    });
    const emotes = this.#emotes;
    this.#chat = new Chat({ ...parts, relations, held, emotes, mentionsIn: mentionsOf, log: this.#log });
    this.#support = new SupportChat({ ...parts, relations: this.#relations, database, log: this.#log });
    this.#screenings = new Screenings({ ...parts, relations: this.#relations, onTraces });
    this.#pins = new Pins(parts);
    this.#polls = new Polls({ ...parts, database });
    this.#shop = new Shop({ ...parts, database, log: this.#log });
    const [chat, support, screenings, shop] = [this.#chat, this.#support, this.#screenings, this.#shop];
    const desks = { chat, support, screenings, shop, held, relations, polls: this.#polls };
    this.#frames = new Frames({ ...parts, ...desks, config: readConfig(env), database });
    this.#reports = new Reports({ ...parts, database });
    this.#liveAnalytics = new LiveAnalytics({ ...parts, later, figures: () => this.#reports.figures() });
    this.#stageWork = new StageWork({ ...parts, database });
    this.#traces = new Traces({ ...parts, chat, screenings, polls: this.#polls, database });
    this.#userRoom = new UserRoom({
      ...{ ...parts, database, log: this.#log },
      apply: (id, command) => this.apply(id, command),
      tell: (userIds, event) => this.tell(userIds, event),
      deliverSoon: () => env.TASKS.send({ type: 'sweep', name: 'sweepOutbox', until: now() } satisfies TaskMessage),
    });
  }

  /** The time between frames in a room with this many sockets. */
  protected tickMs(sockets: number): number {
    return tickMs(sockets);
  }

  // --- The room's calls

  apply(commandId: string, command: RoomCommand): Promise<void> {
    return applyCommand(this.#parts, commandId, command);
  }

  say(user: RoomUser, draft: Draft): Promise<SayAnswer> {
    this.#presence.settleIfEmpty();
    return this.#chat.say(user, draft);
  }

  approveWords(user: RoomUser, key: string, text: string): Promise<Approval> {
    return this.#chat.approve(user, key, text);
  }

  async history(before: number | null, limit: number): Promise<{ messages: ChatMessage[]; nextBefore: number | null }> {
    return this.#store.isPrepared ? this.#chat.history(before, limit) : { messages: [], nextBefore: null };
  }

  async deleteMessage(
    messageId: string,
    byUserId: string,
    mayDeleteAny: boolean,
  ): Promise<{ readonly ok: true } | RoomRefusal> {
    const answer = this.#chat.delete(messageId, byUserId, mayDeleteAny);
    this.#pins.refresh();
    return answer;
  }

  async heldMessages(
    after: { readonly at: number; readonly id: string } | null,
    limit: number,
  ): Promise<HeldMessage[]> {
    return this.#store.isPrepared ? this.#held.list(after, limit) : [];
  }

  async heldAuthor(messageId: string): Promise<string | null> {
    return this.#store.isPrepared ? this.#held.authorOf(messageId) : null;
  }

  async resolveHeld(messageId: string, action: HeldAction, by: string): Promise<HeldAnswer> {
    return this.#chat.resolveHeld(messageId, action, by);
  }

  async moderate(byUserId: string, action: ModerationAction): Promise<boolean> {
    if (!this.#store.setup) return action.action !== 'end-timeout';
    const isChange = moderate(this.#parts, byUserId, action);
    this.#pins.refresh();
    this.#polls.refresh();
    return isChange;
  }

  async pin(by: RoomUser, what: ToPin): Promise<PinAnswer> {
    return this.#pins.pin(by, what);
  }

  async unpin(): Promise<boolean> {
    return this.#pins.unpin();
  }

  async startPoll(by: RoomUser, poll: NewPoll): Promise<PollAnswer> {
    return this.#polls.start(by, poll);
  }

  async endPoll(pollId: string): Promise<PollAnswer> {
    return this.#store.isPrepared ? this.#polls.end(pollId) : refuse('POLL_NOT_FOUND');
  }

  async vote(user: RoomUser, pollId: string, option: number): Promise<VoteAnswer> {
    return this.#polls.vote(user, pollId, option);
  }

  async newestMessagesOf(userIds: readonly string[], limitEach: number): Promise<ChatMessage[]> {
    return this.#store.isPrepared ? this.#chat.newestOf(userIds, limitEach) : [];
  }

  async messagesOf(userId: string, afterSeq: number, limit: number): Promise<ChatMessage[]> {
    return this.#store.isPrepared ? this.#traces.messagesOf(userId, afterSeq, limit) : [];
  }

  async saidAround(id: string, each: number): Promise<SaidAround | null> {
    return this.#store.isPrepared ? this.#chat.around(id, each) : null;
  }

  async timeOuts(): Promise<TimeOut[]> {
    return this.#store.isPrepared ? this.#store.sanctions.timeOuts(this.#now()) : [];
  }

  async moderationLog(before: number | null, limit: number) {
    return this.#store.isPrepared ? readModerationLog(this.#store, before, limit) : { entries: [], nextBefore: null };
  }

  async viewerCount(): Promise<number | null> {
    return this.#store.setup ? this.#presence.viewerCount : null;
  }

  async takeVideoSlot(viewer: VideoViewer, slots: number): Promise<number | null> {
    this.#store.prepare();
    if (this.#store.sanctions.isDenied(viewer.address, this.#now())) return null;
    return this.#store.viewers.takeTurn(viewerKey(viewer)) % slots;
  }

  async viewers(): Promise<ViewerList> {
    return this.#presence.list();
  }

  async program(): Promise<Program> {
    return this.#screenings.program;
  }

  screen(user: RoomUser, act: ScreeningAct): Promise<ScreeningAnswer> {
    return this.#screenings.act(user, act);
  }

  async screeningViewers(): Promise<ScreeningViewers | null> {
    return this.#screenings.viewers;
  }

  async clickProduct(viewer: { readonly kind: 'user' | 'guest'; readonly id: string }, productId: string) {
    return (await this.#shop.click(viewer, productId)) ?? ({ ok: true } as const);
  }

  async productClicks(): Promise<ProductClicks[]> {
    return this.#shop.clicks;
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
      for (const socket of this.#presence.socketsOfUser(id)) this.#broadcaster.tell(socket, event);
  }

  async leave(viewer: { readonly kind: 'user' | 'guest'; readonly id: string }): Promise<void> {
    this.#presence.closeAll(this.#presence.socketsOf(viewerKey(viewer)), 'left', this.#now());
  }

  async figures(): Promise<RoomFigures> {
    return this.#reports.figures();
  }

  // --- The platform's calls

  /** Handles an upgrade that `rooms.ts` forwards, with a pass that the Worker has verified. */
  override async fetch(request: Request): Promise<Response> {
    const pass = JSON.parse(decodeURIComponent(request.headers.get(PASS_HEADER) ?? '')) as Pass; // written by rooms.ts
    const since = request.headers.get(SINCE_HEADER);
    const maintenance = request.headers.get(MAINTENANCE_HEADER);
    if (maintenance !== null) noteMaintenance(this.#parts, JSON.parse(decodeURIComponent(maintenance))); // as above
    const response = await admit(this.#parts, pass, since === null ? null : Number(since));
    if (this.#presence.socketCount > 0) this.#agenda.putBy('sweep', this.#now() + SWEEP_MS);
    if (this.#store.isSupport) this.#agenda.put('archive', this.#now() + SUPPORT_KEPT_MS);
    return response;
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    await this.#frames.receive(socket, data);
  }

  override async webSocketClose(socket: WebSocket, _code: number, _reason: string, wasClean: boolean): Promise<void> {
    if (wasClean) this.#presence.exit(socket, this.#now());
    else this.#presence.lose(socket, this.#now());
    closeSocket(socket, 'left'); // the client waits for the room's close frame
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#presence.lose(socket, this.#now());
  }

  override async alarm(): Promise<void> {
    if (!this.#store.isPrepared) return;
    await this.#agenda.run(
      this.#now(),
      (task) => performTask(this.#parts, task),
      (task, error) => this.#log.fault(`room.${task}`, error),
    );
  }

  get #parts() {
    return {
      config: readConfig(this.env),
      store: this.#store,
      agenda: this.#agenda,
      broadcaster: this.#broadcaster,
      relations: this.#relations,
      chat: this.#chat,
      held: this.#held,
      support: this.#support,
      screenings: this.#screenings,
      shop: this.#shop,
      pins: this.#pins,
      polls: this.#polls,
      emotes: this.#emotes,
      reports: this.#reports,
      liveAnalytics: this.#liveAnalytics,
      traces: this.#traces,
      stageWork: this.#stageWork,
      userRoom: this.#userRoom,
      files: this.env.MEDIA,
      presence: () => this.#presence,
      now: this.#now,
    };
  }
}
