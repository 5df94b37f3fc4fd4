/** The parts of a room's object, and which of them knows which. It contains no rules. */
import type { Env } from '@/config';
import type { Config } from '@/contracts/config';
import type { TaskMessage } from '@/contracts/messages';
import type { Room } from '@/contracts/room';
import { openDatabase } from '@/db/client';
import type { Committing } from '@/db/commit';
import type { Logging } from '@/domains/base/permissions/log';
import { readEmotes } from '@/domains/live/emotes/list';
import { newLogger } from '@/shared/log';
import { Addressees } from './addressees';
import { Agenda } from './agenda';
import { Broadcaster } from './broadcaster';
import { ChannelEmotes } from './channel-emotes';
import { Chat } from './chat';
import { ChatHistory } from './chat-history';
import { Frames } from './frames';
import { HeldMessages } from './held';
import { LiveAnalytics } from './live-analytics';
import { mentionsIn } from './mentions';
import { Pins } from './pins';
import { Polls } from './polls';
import { Presence } from './presence';
import { Relations } from './relations';
import { Reports } from './reports';
import { Screenings } from './screenings';
import { Shop } from './shop';
import { StageWork } from './stage-work';
import { RoomStore } from './store';
import { SupportChat } from './support';
import { Traces } from './traces';
import { UserRoom } from './user-room';

interface Surroundings extends Pick<Room, 'apply' | 'tell'> {
  readonly state: DurableObjectState;
  readonly config: Config;
  readonly bindings: Pick<Env, 'DB' | 'MEDIA' | 'TASKS'>;
  readonly now: () => number;
  /** The time between frames in a room with this many sockets. */
  readonly tickMs: (sockets: number) => number;
}

export type RoomParts = ReturnType<typeof assemble>;

export function assemble({ state, config, bindings, now, tickMs, apply, tell }: Surroundings) {
  const log = newLogger('room');
  const database: Committing & Logging = {
    db: openDatabase(bindings.DB),
    caller: null,
    now,
    waitUntil: (work) => state.waitUntil(work),
    deliver: async () => undefined, // the sweep delivers what the room writes to the outbox
  };
  const later = (run: () => void, ms: number) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  };
  const onTraces = () => traces.left();

  const store = new RoomStore(state.storage);
  const agenda = new Agenda(state.storage, store);
  const people = new Presence(state, store, () => {
    userRoom.presenceChanged();
    if (store.isSupport) return;
    broadcaster.viewersChanged();
    screenings.refresh();
  });
  const presence = () => people;
  const broadcaster = new Broadcaster({
    ...{ store, presence, now, tickMs, later, onTraces },
    onViewerCount: (count) => reports.countChanged(count),
    onMessage: (message, seq, body) => addressees.sent(message, seq, body),
    onFrame: () => liveAnalytics.changed(),
  });
  const onDenied = (userId: string, isBanned: boolean) => {
    chat.withdraw(userId);
    if (isBanned) polls.withdraw(userId);
  };
  const relations = new Relations({ store, database, presence, log, onDenied });

  const common = { store, agenda, broadcaster, presence, now };
  const addressees = new Addressees({ ...common, database, log });
  const held = new HeldMessages(common);
  const emotes = new ChannelEmotes({
    ...{ ...common, log },
    readEmotes: (hostId) => readEmotes({ db: database.db, config }, hostId),
    onChange: () => chat.forgetRules(),
  });
  const mentionsOf = (text: string) => mentionsIn(text, (name) => people.names.find(name) ?? store.writers.find(name));
  const chat = new Chat({ ...common, relations, held, emotes, mentionsIn: mentionsOf, log });
  const history = new ChatHistory(common);
  const support = new SupportChat({ ...common, relations, database, log });
  const screenings = new Screenings({ ...common, relations, onTraces });
  const pins = new Pins(common);
  const polls = new Polls({ ...common, database });
  const shop = new Shop({ ...common, database, log });
  const desks = { chat, support, screenings, shop, held, relations, polls };
  const frames = new Frames({ ...common, ...desks, config, database });
  const reports = new Reports({ ...common, database });
  const liveAnalytics = new LiveAnalytics({ ...common, later, figures: () => reports.figures() });
  const stageWork = new StageWork({ ...common, database });
  const traces = new Traces({ ...common, chat, screenings, polls, database });
  const userRoom = new UserRoom({
    ...{ ...common, database, log, apply, tell },
    deliverSoon: () => bindings.TASKS.send({ type: 'sweep', name: 'sweepOutbox', until: now() } satisfies TaskMessage),
  });
  return {
    ...{
      ...common,
      ...desks,
      config,
      log,
      history,
      frames,
      pins,
      emotes,
      reports,
      liveAnalytics,
      traces,
      stageWork,
      userRoom,
    },
    files: bindings.MEDIA,
  };
}
