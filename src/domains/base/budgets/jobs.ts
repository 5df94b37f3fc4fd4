/** The jobs of daily budgets. */
import type { Jobs } from '@/contracts/jobs';
import { sweepBudgets } from './sweep';

export const budgetJobs = { sweeps: { sweepBudgets } } satisfies Jobs;
