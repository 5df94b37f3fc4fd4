/** Tells a user something. The id comes from the caller, so that telling it twice tells it once. */
import type { Context } from '@/context';
import type { NewNotification } from '@/queues/messages';
import { notifications } from './tables';

/** For a batch: the notification stands when the batch does. */
export function notifyStatement(ctx: Context, id: string, { data = {}, ...notification }: NewNotification) {
  return ctx.db
    .insert(notifications)
    .values({ id, ...notification, data, createdAt: ctx.now() })
    .onConflictDoNothing({ target: notifications.id });
}

export async function notify(ctx: Context, id: string, notification: NewNotification): Promise<void> {
  await notifyStatement(ctx, id, notification);
}
