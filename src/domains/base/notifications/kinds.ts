/** Looks up the rules for a kind of notification. Takes no Context. */
import {
  GROUP_RULES,
  NOTIFICATION_KINDS,
  type NotificationGroup,
  type NotificationKind,
} from '@/contracts/notification-kinds';

/** Throws for a kind from a newer version, seen after a rollback. The queue then redelivers the message later. */
export function groupOf(kind: NotificationKind): NotificationGroup {
  const group: NotificationGroup | undefined = NOTIFICATION_KINDS[kind];
  if (group === undefined) throw new Error(`Unknown notification kind ${kind}`);
  return group;
}

/** Whether it concerns the reader's own money or account, and so is exempt from limits on mails and pushes. */
export function isLasting(kind: NotificationKind): boolean {
  return GROUP_RULES[groupOf(kind)].isLasting;
}
