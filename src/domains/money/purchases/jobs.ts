/** The jobs of purchases: asking providers about those that no event has decided. */
import type { Jobs } from '@/contracts/jobs';
import { askAboutPurchases } from './sweep';

export const purchaseJobs = { sweeps: { askAboutPurchases } } satisfies Jobs;
