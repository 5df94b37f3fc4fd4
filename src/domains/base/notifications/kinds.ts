/** Which of the choices in a user's settings a notification falls under, and which of them last. Takes no Context. */
import { DEFAULT_CHANNELS, NOTIFICATION_KINDS, type NotificationKind } from '@/contracts/notification-kinds';

/** By the kind's first word, where it is not the choice's own name. */
const CHOSEN_AS: Readonly<Record<string, NotificationKind>> = { creator: 'application', target: 'payout' };

/** `payout-paid` → `payout`. Nothing where there is nothing to choose: such are told in the app alone. */
export function choiceOf(kind: string): NotificationKind | undefined {
  const [word = ''] = kind.split('-');
  return CHOSEN_AS[word] ?? NOTIFICATION_KINDS.find((known) => known === word);
}

/** Decisions about one's own money and standing: those that are mailed unless the user chose otherwise. */
export function isLasting(kind: string): boolean {
  const choice = choiceOf(kind);
  return choice !== undefined && DEFAULT_CHANNELS[choice].email;
}
