/** Endpoints of reports: for those who make them, and for staff who review them. */
import { z } from '@hono/zod-openapi';
import { streamError } from '@/domains/live/streams/errors';
import { banError } from '@/domains/operations/bans/errors';
import { staffError } from '@/domains/operations/staff/errors';
import { authError } from '@/domains/people/auth/errors';
import { socialError } from '@/domains/people/social/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorQuery, reply } from '@/http/envelope';
import { assignReport } from './assign';
import { listReports, readReport } from './desk';
import { reportError } from './errors';
import { makeReport } from './make-report';
import { listOwnReports } from './own-reports';
import { resolveReport } from './resolve';
import {
  Assignment,
  NewReport,
  OwnReportPage,
  Report,
  ReportMade,
  ReportPage,
  ReportsQuery,
  Resolution,
} from './schemas';

const ById = z.strictObject({ id: z.string().min(1).max(64) });
const who = { permission: 'canReviewReports' } as const;
const NOT_YOURS = [reportError.REPORT_NOT_FOUND, reportError.REPORT_OUT_OF_REACH];

export const reportEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'makeReport',
    method: 'post',
    path: '/reports',
    tag: 'reports',
    summary: 'Report a user, a stream, a room, a post, a comment, a message, a track or the words of a gift',
    description:
      'You can report what you can see. All reports on the same target are one case, in which you count once: ' +
      'reporting it again answers your first report. If staff looked at the same content for the same reason within ' +
      'a week, your report gets the same outcome at once. A track is muted everywhere while somebody claims its copyright.',
    who: 'user',
    body: NewReport,
    response: ReportMade,
    status: 201,
    refusals: [
      reportError.REPORT_TARGET_NOT_FOUND,
      reportError.REPORT_OF_YOUR_OWN,
      reportError.TOO_MANY_REPORTS,
      socialError.USER_NOT_FOUND,
    ],
    handler: async (ctx, { actor, body }) => reply(await makeReport(ctx, actor, body), { status: 201 }),
  }),
  endpoint({
    operationId: 'listOwnReports',
    method: 'get',
    path: '/reports/my',
    tag: 'reports',
    summary: 'My reports and what became of them',
    who: 'user',
    query: z.strictObject(cursorQuery),
    response: OwnReportPage,
    handler: (ctx, { actor, query }) => listOwnReports(ctx, actor.userId, query),
  }),
  endpoint({
    operationId: 'listReports',
    method: 'get',
    path: '/admin/reports',
    tag: 'admin',
    summary: 'List reports, the most urgent first',
    description:
      'Without `status`, lists what is not resolved: by priority, then the oldest first. Resolved ones come newest ' +
      'first. A country admin sees reports about users of their country, and nobody sees those about themselves.',
    who,
    query: ReportsQuery,
    response: ReportPage,
    handler: (ctx, { actor, query }) => listReports(ctx, actor, query),
  }),
  endpoint({
    operationId: 'readReport',
    method: 'get',
    path: '/admin/report/{id}',
    tag: 'admin',
    summary: 'One report with its evidence and its reporters',
    who,
    params: ById,
    response: Report,
    refusals: NOT_YOURS,
    handler: (ctx, { actor, params }) => readReport(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'assignReport',
    logs: 'report.assign',
    method: 'put',
    path: '/admin/report/{id}/assign',
    tag: 'admin',
    summary: 'Assign a report to staff, or to nobody',
    who,
    params: ById,
    body: Assignment,
    response: Report,
    refusals: [...NOT_YOURS, reportError.REPORT_RESOLVED, reportError.REPORT_CHANGED, reportError.ASSIGNEE_NOT_ABLE],
    handler: (ctx, { actor, params, body }) => assignReport(ctx, actor, params.id, body.assigneeId),
  }),
  endpoint({
    operationId: 'resolveReport',
    method: 'put',
    path: '/admin/report/{id}/resolve',
    tag: 'admin',
    summary: 'Resolve a report, which carries the decision out',
    description:
      '`remove` needs `canDeleteMessages`; `timeout` and `ban` need `canBanUsers`, and also remove the reported ' +
      'content. The user hears the decision and how to appeal it. Reporters hear whether it broke a rule, but not ' +
      'what happened to its author. A timeout never shortens a ban or a longer suspension.',
    who,
    params: ById,
    body: Resolution,
    response: Report,
    refusals: [
      ...NOT_YOURS,
      authError.PERMISSION_REQUIRED,
      reportError.REPORT_RESOLVED,
      reportError.REPORT_SUBJECT_GONE,
      reportError.SANCTION_LONGER,
      streamError.CHANGED_MEANWHILE,
      staffError.STAFF_USER_NOT_FOUND,
      banError.STATUS_CHANGED,
    ],
    handler: (ctx, { actor, params, body }) => resolveReport(ctx, actor, params.id, body),
  }),
];
