/**
 * A domain's work outside of requests. Its `jobs.ts` lists it, beside `routes.ts`, and `queues/jobs.ts` has a line for
 * each domain.
 */
import type { Context } from './context';
import type { OutboxEvent, TaskMessage } from './messages';

export type TaskType = TaskMessage['type'];
export type TaskOf<Type extends TaskType> = Extract<TaskMessage, { readonly type: Type }>;
export type EventKind = OutboxEvent['kind'];
export type EventOf<Kind extends EventKind> = Extract<OutboxEvent, { readonly kind: Kind }>;

/** A task may run twice, and late: it acts on what is true when it runs. */
export type Tasks = {
  readonly [Type in TaskType]: (ctx: Context, task: TaskOf<Type>) => Promise<void>;
};

/** A receiver ignores a repeated event: it knows the id, or finds nothing left to do. */
export type Receivers = {
  readonly [Kind in EventKind]: (ctx: Context, event: EventOf<Kind>, id: string) => Promise<void>;
};

/**
 * Sweeps run every minute. Each is bounded and safe to run twice at once. Returning true means there is more to do, and
 * a message then continues the sweep immediately. Messages in flight carry the sweep's name, so names never change.
 */
export type Sweeps = Readonly<Record<string, (ctx: Context) => Promise<unknown>>>;

/** Handled by the queues themselves, because they belong to no domain. */
export type OwnTask = 'sweep';
export type OwnEvent = 'room' | 'task';

export interface Jobs {
  readonly tasks?: Partial<Omit<Tasks, OwnTask>>;
  readonly sweeps?: Sweeps;
  readonly outbox?: Partial<Omit<Receivers, OwnEvent>>;
}
