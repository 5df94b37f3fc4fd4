/** Endpoints for guides: applications, their review, and a guide's profile and targets. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { pageOf } from '@/http/envelope';
import { applyAsGuide, readOwnGuideApplication } from './apply';
import { guideError } from './errors';
import { listGuideApplications } from './list';
import { listGuideTargets, readGuideProfile } from './profile';
import { approveGuide, rejectGuide, suspendGuide } from './review';
import {
  GuideApplication,
  GuideApplicationInReview,
  GuideApplicationRequest,
  GuideApplicationsQuery,
  GuideProfile,
  GuideRejection,
  GuideSuspension,
  GuideTargetList,
} from './schemas';

const tag = 'guide';
const reviewers = { permission: 'canApproveGuides' } as const;
const ID_CHARACTERS_MAX = 64;
const params = z.object({ id: z.string().min(1).max(ID_CHARACTERS_MAX) });
const applications = '/guide/application/applications';
const NOT_DECIDABLE = [
  guideError.GUIDE_APPLICATION_NOT_FOUND,
  guideError.OWN_GUIDE_APPLICATION,
  guideError.GUIDE_APPLICANT_OUT_OF_REACH,
  guideError.GUIDE_APPLICANT_BANNED,
  guideError.GUIDE_APPLICATION_DECIDED,
];

export const guideEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'applyAsGuide',
    method: 'post',
    path: '/guide/application/apply',
    tag,
    summary: 'Apply to be a guide',
    description:
      'Guides host voice rooms. Your profile must state your birth date (at least 18 years ago) and, unless the platform ' +
      'asks otherwise in your country, the gender that guides must have. After a rejection you can apply again in 30 days.',
    who: 'user',
    body: GuideApplicationRequest,
    response: GuideApplication,
    status: 201,
    refusals: [
      guideError.GUIDE_NOT_ELIGIBLE,
      guideError.GUIDE_APPLICATION_EXISTS,
      guideError.GUIDE_APPLICATION_TOO_EARLY,
    ],
    handler: (ctx, { actor, body }) => applyAsGuide(ctx, actor, body),
  }),
  endpoint({
    operationId: 'readMyGuideApplication',
    method: 'get',
    path: `${applications}/my`,
    tag,
    summary: 'My newest guide application and its status',
    who: 'user',
    fresh: true,
    response: GuideApplication,
    refusals: [guideError.GUIDE_APPLICATION_NOT_FOUND],
    handler: (ctx, { actor }) => readOwnGuideApplication(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'listGuideApplications',
    method: 'get',
    path: applications,
    tag,
    summary: 'List guide applications',
    description: 'With `status`, the oldest submission comes first. Without, the newest application comes first.',
    who: reviewers,
    query: GuideApplicationsQuery,
    response: pageOf(GuideApplicationInReview),
    handler: (ctx, { actor, query }) => listGuideApplications(ctx, actor, query),
  }),
  endpoint({
    operationId: 'approveGuide',
    logs: 'guide-application.approve',
    method: 'put',
    path: `${applications}/{id}/approve`,
    tag,
    summary: 'Approve a guide application, or end a suspension',
    who: reviewers,
    params,
    response: GuideApplicationInReview,
    refusals: NOT_DECIDABLE,
    handler: (ctx, { actor, params: { id } }) => approveGuide(ctx, actor, id),
  }),
  endpoint({
    operationId: 'rejectGuide',
    logs: 'guide-application.reject',
    method: 'put',
    path: `${applications}/{id}/reject`,
    tag,
    summary: 'Reject a guide application with a reason',
    who: reviewers,
    params,
    body: GuideRejection,
    response: GuideApplicationInReview,
    refusals: NOT_DECIDABLE,
    handler: (ctx, { actor, params: { id }, body }) => rejectGuide(ctx, actor, id, body.reason),
  }),
  endpoint({
    operationId: 'suspendGuide',
    method: 'put',
    path: `${applications}/{id}/suspend`,
    tag,
    summary: 'Suspend or withdraw the approval of a guide',
    description:
      'A suspension ends at `until`, or when staff approve again. A withdrawal rejects the application; the guide may apply again.',
    who: reviewers,
    params,
    body: GuideSuspension,
    response: GuideApplicationInReview,
    refusals: NOT_DECIDABLE,
    handler: (ctx, { actor, params: { id }, body }) => suspendGuide(ctx, actor, id, body),
  }),
  endpoint({
    operationId: 'readGuideProfile',
    method: 'get',
    path: '/guide/application/profile/my',
    tag,
    summary: 'My guide profile',
    who: 'guide',
    response: GuideProfile,
    refusals: [guideError.GUIDE_APPLICATION_NOT_FOUND],
    handler: (ctx, { actor }) => readGuideProfile(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'listGuideTargets',
    method: 'get',
    path: '/guide/application/targets',
    tag,
    summary: 'Targets of guides, and my progress',
    who: 'guide',
    response: GuideTargetList,
    handler: (ctx, { actor }) => listGuideTargets(ctx, actor.userId),
  }),
];
