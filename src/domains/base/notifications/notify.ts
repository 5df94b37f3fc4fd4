/**
 * Notifies a user of something that is still true: in their list, in their open rooms, and by the channels they chose.
 * The event's id comes from the outbox, so a repeated event notifies once. Users who turned a kind off in the app also
 * get a row, hidden from lists, so that grouping and withdrawal still work.
 */
import type { Context } from '@/contracts/context';
import type { NewNotification } from '@/contracts/messages';
import { waitsForStaff } from '@/contracts/notification-kinds';
import { getSettings } from '@/domains/base/settings/read';
import { addRow } from './add-row';
import { claimOf } from './claim';
import { gatherRow } from './gather';
import { groupOf } from './kinds';
import { presentInLanguages } from './present';
import { reach } from './reach';

/** Skips users' own acts, notifications that are no longer true, and repeats. */
export async function notify(ctx: Context, eventId: string, notification: NewNotification): Promise<void> {
  const { userId, kind, gather } = notification;
  if (gather?.actorId === userId) return;
  const group = groupOf(kind);
  const { language, notifications } = await getSettings(ctx, userId);
  const chosen = notifications[group];
  // Mails about what waits for staff are gathered: see `digest.ts`.
  const channels = waitsForStaff(kind) ? { ...chosen, email: false } : chosen;
  const row = gather
    ? await gatherRow(ctx, eventId, { ...notification, gather }, channels.inApp)
    : await addRow(ctx, eventId, notification, channels.inApp);
  // Keyed by the event's id: each time a grouped row is announced again, it is mailed and pushed again.
  if (!row) return;
  const announced = await presentInLanguages(ctx, row, userId, [language]);
  await reach(ctx, [{ userId, language, channels }], announced, eventId, claimOf(notification));
}
