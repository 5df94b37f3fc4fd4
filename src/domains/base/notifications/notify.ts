/**
 * Notifies a user of something that is still true: in their list, in their open rooms, and by the channels that they
 * chose. The event's id comes from the outbox, so that a repeated event notifies once. Users who turned a kind off in
 * the app have a row too, in no list: so it gathers and is withdrawn like any other.
 */
import type { Context } from '@/contracts/context';
import type { NewNotification } from '@/contracts/messages';
import { getSettings } from '@/domains/base/settings/read';
import { addRow } from './add-row';
import { claimOf } from './claim';
import { gatherRow } from './gather';
import { groupOf } from './kinds';
import { reach } from './reach';

/** Nobody is notified of what they did themselves, of what is no longer true, or twice of the same thing. */
export async function notify(ctx: Context, eventId: string, notification: NewNotification): Promise<void> {
  const { userId, kind, gather } = notification;
  if (gather?.actorId === userId) return;
  const group = groupOf(kind);
  const channels = (await getSettings(ctx, userId)).notifications[group];
  const announced = gather
    ? await gatherRow(ctx, eventId, { ...notification, gather }, channels.inApp)
    : await addRow(ctx, eventId, notification, channels.inApp);
  // By the event's id: each time that a gathered row is announced again, it is mailed and pushed again.
  if (announced) await reach(ctx, [{ userId, channels }], announced, eventId, claimOf(notification));
}
