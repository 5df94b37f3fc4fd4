/** What a domain does outside of requests. Its `jobs.ts` names it, beside `routes.ts`; `queues/jobs.ts` has a line for each domain. */
import type { Context } from './context';
import type { OutboxEvent, TaskMessage } from './messages';

export type TaskType = TaskMessage['type'];
export type TaskOf<Type extends TaskType> = Extract<TaskMessage, { readonly type: Type }>;
export type EventKind = OutboxEvent['kind'];
export type EventOf<Kind extends EventKind> = Extract<OutboxEvent, { readonly kind: Kind }>;

/** A task is safe to do twice, and late: it looks at what is true when it runs. */
export type Tasks = {
  readonly [Type in TaskType]: (ctx: Context, task: TaskOf<Type>) => Promise<void>;
};

/** A receiver drops an event it has seen, by its id or because there is nothing left to do. */
export type Receivers = {
  readonly [Kind in EventKind]: (ctx: Context, event: EventOf<Kind>, id: string) => Promise<void>;
};

/**
 * Runs every minute, by its name. Bounded, safe to run twice at once. Answers true if there is more to do, and then goes
 * on at once by a message. Messages in flight hold the name, so a sweep keeps it.
 */
export type Sweeps = Readonly<Record<string, (ctx: Context) => Promise<unknown>>>;

/** What the queues do themselves, since it belongs to no domain. */
export type OwnTask = 'sweep';
export type OwnEvent = 'room' | 'task';

export interface Jobs {
  readonly tasks?: Partial<Omit<Tasks, OwnTask>>;
  readonly sweeps?: Sweeps;
  readonly outbox?: Partial<Omit<Receivers, OwnEvent>>;
}
