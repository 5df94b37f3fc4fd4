/** The jobs of stored webhook events, and of payments about which no event has said what became of them. */
import type { Jobs } from '@/contracts/jobs';
import { askAboutPayments } from '@/domains/money/payments/sweep';
import { PAYMENT_KINDS } from './payment-kinds';
import { forgetWebhookPayloads, requeueWebhookEvents } from './sweep';

export const webhookJobs = {
  sweeps: {
    requeueWebhookEvents,
    forgetWebhookPayloads,
    askAboutPayments: (ctx) => askAboutPayments(ctx, PAYMENT_KINDS),
  },
} satisfies Jobs;
