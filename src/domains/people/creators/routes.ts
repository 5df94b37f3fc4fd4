/** Endpoints for creator applications, their review, and creator profiles. */
import { z } from '@hono/zod-openapi';
import { FORM_REFUSALS } from '@/domains/base/media/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { pageOf } from '@/http/envelope';
import { amendApplication, readOwnApplication, uploadDocument } from './amend';
import { apply } from './apply';
import { creatorError } from './errors';
import { changeProfile, readProfile } from './profile';
import { approveApplication, listApplications, readApplication, rejectApplication } from './review';
import {
  AmendmentRequest,
  Application,
  ApplicationInList,
  ApplicationInReview,
  ApplicationRequest,
  ApplicationsQuery,
  CreatorProfile,
  DocumentUpload,
  ProfileRequest,
  RejectionRequest,
} from './schemas';

const tag = 'creator';
const reviewers = { permission: 'canApproveCreators' } as const;
const ID_CHARACTERS_MAX = 64;
const params = z.object({ id: z.string().min(1).max(ID_CHARACTERS_MAX) });
const NOT_AMENDABLE = [
  creatorError.APPLICATION_NOT_FOUND,
  creatorError.APPLICATION_DECIDED,
  creatorError.APPLICATION_CHANGED,
];
const NOT_DECIDABLE = [
  creatorError.APPLICATION_NOT_FOUND,
  creatorError.OWN_APPLICATION,
  creatorError.APPLICANT_OUT_OF_REACH,
  creatorError.APPLICANT_BANNED,
  creatorError.APPLICATION_DECIDED,
];

export const creatorEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'applyAsCreator',
    method: 'post',
    path: '/creator/application',
    tag,
    summary: 'Apply to become a creator',
    description: 'Profile, identity and bank details. Upload the identity document in a separate request.',
    who: 'user',
    body: ApplicationRequest,
    response: Application,
    status: 201,
    refusals: [creatorError.APPLICATION_EXISTS],
    handler: (ctx, { actor, body }) => apply(ctx, actor, body),
  }),
  endpoint({
    operationId: 'readMyApplication',
    method: 'get',
    path: '/creator/application',
    tag,
    summary: 'My application and its status',
    who: 'user',
    fresh: true,
    response: Application,
    refusals: [creatorError.APPLICATION_NOT_FOUND],
    handler: (ctx, { actor }) => readOwnApplication(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'amendApplication',
    method: 'put',
    path: '/creator/application',
    tag,
    summary: 'Amend my application while it is pending or after a rejection',
    description:
      'Omitted fields keep their value. An amended application is pending again, and its rejection is cleared.',
    who: 'user',
    body: AmendmentRequest,
    response: Application,
    refusals: NOT_AMENDABLE,
    handler: (ctx, { actor, body }) => amendApplication(ctx, actor.userId, body),
  }),
  endpoint({
    operationId: 'uploadIdentityDocument',
    method: 'post',
    path: '/creator/application/document',
    tag,
    summary: 'Upload an identity document',
    description: 'Only staff who decide on applications can see it. Another upload replaces it.',
    who: 'user',
    upload: { contentType: 'multipart/form-data', schema: DocumentUpload },
    response: Application,
    status: 201,
    refusals: [...FORM_REFUSALS, ...NOT_AMENDABLE],
    handler: (ctx, { actor, request }) => uploadDocument(ctx, actor.userId, request),
  }),
  endpoint({
    operationId: 'listApplications',
    method: 'get',
    path: '/admin/creator-applications',
    tag,
    summary: 'List applications',
    description: 'With `status`, the oldest submission comes first. Without, the newest application comes first.',
    who: reviewers,
    query: ApplicationsQuery,
    response: pageOf(ApplicationInList),
    handler: (ctx, { actor, query }) => listApplications(ctx, actor, query),
  }),
  endpoint({
    operationId: 'readApplication',
    method: 'get',
    path: '/admin/creator-applications/{id}',
    tag,
    summary: 'Read an application, with a short-lived link to its document',
    who: reviewers,
    params,
    response: ApplicationInReview,
    refusals: [creatorError.APPLICATION_NOT_FOUND, creatorError.APPLICANT_OUT_OF_REACH],
    handler: (ctx, { actor, params: { id } }) => readApplication(ctx, actor, id),
  }),
  endpoint({
    operationId: 'approveApplication',
    logs: 'creator-application.approve',
    method: 'put',
    path: '/admin/creator-applications/{id}/approve',
    tag,
    summary: 'Approve an application',
    who: reviewers,
    params,
    response: ApplicationInReview,
    refusals: [...NOT_DECIDABLE, creatorError.DOCUMENT_MISSING],
    handler: (ctx, { actor, params: { id } }) => approveApplication(ctx, actor, id),
  }),
  endpoint({
    operationId: 'rejectApplication',
    logs: 'creator-application.reject',
    method: 'put',
    path: '/admin/creator-applications/{id}/reject',
    tag,
    summary: 'Reject an application with a reason',
    who: reviewers,
    params,
    body: RejectionRequest,
    response: ApplicationInReview,
    refusals: NOT_DECIDABLE,
    handler: (ctx, { actor, params: { id }, body }) => rejectApplication(ctx, actor, id, body.reason),
  }),
  endpoint({
    operationId: 'readCreatorProfile',
    method: 'get',
    path: '/creator/profile',
    tag,
    summary: 'My creator profile',
    who: 'creator',
    response: CreatorProfile,
    refusals: [creatorError.CREATOR_NOT_FOUND],
    handler: (ctx, { actor }) => readProfile(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'changeCreatorProfile',
    method: 'put',
    path: '/creator/profile',
    tag,
    summary: 'Change my bio and categories',
    who: 'creator',
    body: ProfileRequest,
    response: CreatorProfile,
    refusals: [creatorError.CREATOR_NOT_FOUND],
    handler: (ctx, { actor, body }) => changeProfile(ctx, actor.userId, body),
  }),
];
