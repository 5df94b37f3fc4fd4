/** What the room does at each of its planned times. Every task is safe to repeat. */
import { DAY_MS } from '@/shared/time';
import type { Agenda, Task } from './agenda';
import { archiveRoom } from './archive';
import type { Chat } from './chat';
import type { Pins } from './pins';
import type { Polls } from './polls';
import { type Presence, SWEEP_MS } from './presence';
import type { Relations } from './relations';
import type { Reports } from './reports';
import { endTimeOuts } from './sanctions';
import type { Screenings } from './screenings';
import type { Shop } from './shop';
import type { StageWork } from './stage-work';
import type { RoomStore } from './store';
import type { Traces } from './traces';
import type { UserRoom } from './user-room';

/** How long a support room that nobody enters is kept: longer than any pass. The next one to join sets it up again. */
export const SUPPORT_KEPT_MS = DAY_MS;

type TaskParts = Parameters<typeof endTimeOuts>[0] & {
  readonly store: RoomStore;
  readonly agenda: Agenda;
  readonly presence: () => Presence;
  readonly relations: Relations;
  readonly chat: Chat;
  readonly reports: Reports;
  readonly traces: Traces;
  readonly screenings: Screenings;
  readonly shop: Shop;
  readonly pins: Pins;
  readonly polls: Polls;
  readonly stageWork: StageWork;
  readonly userRoom: UserRoom;
  /** Where rooms are archived. */
  readonly files: R2Bucket;
  readonly now: () => number;
};

export async function performTask(room: TaskParts, task: Task): Promise<void> {
  const presence = room.presence();
  switch (task) {
    case 'sweep':
      presence.sweep(room.now());
      room.userRoom.presenceChanged();
      room.screenings.refresh(); // after a crash nobody saw who left
      if (presence.socketCount > 0) room.agenda.put('sweep', room.now() + SWEEP_MS);
      return room.reports.reportCount();
    case 'release':
      return room.chat.release();
    case 'time-outs':
      return endTimeOuts(room);
    case 'report':
      return room.reports.reportCount();
    case 'door':
      return room.relations.recheckAll();
    case 'absence':
      return room.userRoom.lookForAbsent();
    case 'empty':
      return room.userRoom.closeIfEmpty();
    case 'close':
      return presence.closeAll(presence.sockets(), 'closed', room.now());
    case 'analytics':
      return room.reports.reportFigures();
    case 'traces':
      await room.traces.tell();
      return room.pins.refresh(); // someone may have been erased
    case 'screening-end':
    case 'screening-wait':
    case 'screening-host':
      return room.screenings.perform(task);
    case 'stock':
      return room.shop.sendStock();
    case 'poll':
      return room.polls.expire();
    case 'poll-report':
      return room.polls.report();
    case 'stage-work':
      return room.stageWork.report();
    case 'archive':
      return room.store.isSupport ? eraseUnlessUsed(room) : archive(room);
    default:
      task satisfies never;
  }
}

async function eraseUnlessUsed({ store, agenda, presence, now }: TaskParts): Promise<void> {
  if (presence().socketCount === 0) await store.erase();
  else agenda.put('archive', now() + SUPPORT_KEPT_MS);
}

async function archive({ store, reports, polls, traces, files }: TaskParts): Promise<void> {
  const { setup } = store;
  await reports.reportFigures(); // in case D1 was unavailable until now
  await polls.report();
  if (setup) await archiveRoom(files, setup.roomId, store);
  await traces.drop();
  await store.erase();
}
