/** The jobs of stored webhook events. */
import type { Jobs } from '@/contracts/jobs';
import { forgetWebhookPayloads, requeueWebhookEvents } from './sweep';

export const webhookJobs = { sweeps: { requeueWebhookEvents, forgetWebhookPayloads } } satisfies Jobs;
