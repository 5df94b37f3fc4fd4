/**
 * The room's later tasks, kept in a table since an object has only one alarm. An alarm may fire twice and a task may
 * fail half-way. So every task is safe to repeat, and leaves the table only when it is done.
 */
import { MINUTE_MS } from '@/shared/time';
import type { RoomStore } from './store';

const SCREENING_TASKS = ['screening-end', 'screening-wait', 'screening-host'] as const;
export type ScreeningTask = (typeof SCREENING_TASKS)[number];
const TASKS = [
  ...(['sweep', 'release', 'time-outs', 'report', 'door', 'close', 'analytics', 'traces', 'archive', 'stock'] as const),
  ...(['poll', 'poll-report'] as const),
  // In users' rooms.
  ...(['absence', 'empty', 'stage-work'] as const),
  ...SCREENING_TASKS,
] as const;
export type Task = (typeof TASKS)[number];

const RETRY_MS = MINUTE_MS;

export class Agenda {
  /** When the alarm is set to fire, as far as this instance knows. */
  #armedFor: number | null = null;
  /** The task that is being performed. Its row is taken off the agenda only afterwards. */
  #performed: { readonly what: string; readonly at: number } | undefined;

  constructor(
    private readonly storage: DurableObjectStorage,
    private readonly store: RoomStore,
  ) {}

  /** Schedules the task for this time, and replaces any earlier time. */
  put(task: Task, at: number): void {
    this.store.due.set(task, at);
    this.#arm();
  }

  /** Schedules the task for this time, or takes it off the agenda. */
  set(task: Task, at: number | null): void {
    if (at === null) this.store.due.drop(task);
    else this.put(task, at);
  }

  /** Schedules the task for this time at the latest. While the task is performed, this plans its next time. */
  putBy(task: Task, at: number): void {
    const due = this.store.due.find(task);
    const isPerformed = this.#performed?.what === task && this.#performed.at === due;
    if (due === undefined || due > at || isPerformed) this.put(task, at);
  }

  /** @param fault called when a task fails; the task is retried a minute later */
  async run(now: number, perform: (task: Task) => Promise<void>, fault: (task: string, error: unknown) => void) {
    this.#armedFor = null;
    for (const { what, at } of this.store.due.by(now)) {
      const task = TASKS.find((known) => known === what);
      this.#performed = { what, at };
      try {
        if (task) await perform(task);
        if (!this.store.isPrepared) return; // this task erased the room
        this.store.due.clear(what, at);
      } catch (error) {
        fault(what, error);
        this.store.due.set(what, now + RETRY_MS);
      } finally {
        this.#performed = undefined;
      }
    }
    this.#arm();
  }

  #arm(): void {
    const next = this.store.due.nextAt();
    if (next === null || next === this.#armedFor) return;
    this.#armedFor = next;
    // Not awaited: the alarm is written together with the table.
    void this.storage.setAlarm(next);
  }
}
