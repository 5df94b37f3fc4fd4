/** The jobs of notifications: writing and withdrawing them, mail, push, and updates to a user's open rooms. */
import type { Jobs } from '@/contracts/jobs';
import { announceBlock } from './block-changed';
import { fanOutBroadcast } from './broadcast';
import { sendNotificationMail } from './mail';
import { notify } from './notify';
import { notifyStaff } from './notify-staff';
import { sendPush } from './push';
import { sweepNotifications } from './sweep';
import { withdrawRest } from './withdraw';

export const notificationJobs = {
  tasks: {
    'fan-out-broadcast': (ctx, { broadcastId, at, after, isMailed }) =>
      fanOutBroadcast(ctx, broadcastId, at, after, isMailed),
    'send-push': sendPush,
    'send-notification-mail': sendNotificationMail,
    'withdraw-between': (ctx, { one, other }) => withdrawRest(ctx, one, other),
  },
  sweeps: { sweepNotifications },
  outbox: {
    notify: (ctx, { notification }, id) => notify(ctx, id, notification),
    'staff-needed': (ctx, { waiting }) => notifyStaff(ctx, waiting),
    'block-changed': (ctx, event, id) => announceBlock(ctx, id, event),
  },
} satisfies Jobs;
