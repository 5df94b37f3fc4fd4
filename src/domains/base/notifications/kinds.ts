/** Looks up how a kind of notification is treated. Takes no Context. */
import {
  GROUP_RULES,
  NOTIFICATION_KINDS,
  type NotificationGroup,
  type NotificationKind,
} from '@/contracts/notification-kinds';

/** Throws for a kind that only a newer version knows, met after a rollback: the message then comes back later. */
export function groupOf(kind: NotificationKind): NotificationGroup {
  const group: NotificationGroup | undefined = NOTIFICATION_KINDS[kind];
  if (group === undefined) throw new Error(`Unknown notification kind ${kind}`);
  return group;
}

/** Whether it concerns the reader's own money or account, and so passes every limit on mails and pushes. */
export function isLasting(kind: NotificationKind): boolean {
  return GROUP_RULES[groupOf(kind)].isLasting;
}
