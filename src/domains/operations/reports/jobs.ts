/** Jobs of reports: telling reporters, hiding what is urgent, deleting what is no longer needed. */
import type { Jobs } from '@/contracts/jobs';
import { hideUrgent } from './hide-reported';
import { resolveRemoved } from './resolve-removed';
import { clearEvidence, clearKept } from './sweep';
import { tellReporters } from './tell-reporters';

export const reportJobs = {
  tasks: {
    'tell-reporters': (ctx, task) => tellReporters(ctx, task),
    'resolve-removed': (ctx, { decisionId }) => resolveRemoved(ctx, decisionId),
  },
  sweeps: { hideUrgent, clearEvidence, clearKept },
} satisfies Jobs;
