/** Jobs of stored webhook events, and of payments whose outcome no event has reported. */
import type { Jobs } from '@/contracts/jobs';
import { askAboutPayments } from '@/domains/money/payments/sweep';
import { PAYMENT_KINDS } from './payment-kinds';
import { forgetWebhookPayloads, requeueWebhookEvents, resealWebhookEvents } from './sweep';

export const webhookJobs = {
  sweeps: {
    requeueWebhookEvents,
    forgetWebhookPayloads,
    resealWebhookEvents,
    askAboutPayments: (ctx) => askAboutPayments(ctx, PAYMENT_KINDS),
  },
} satisfies Jobs;
