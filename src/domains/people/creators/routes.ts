/** Becoming a creator, and what a creator says of themselves. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { pageOf } from '@/http/envelope';
import { amendApplication, readOwnApplication, uploadDocument } from './amend';
import { apply } from './apply';
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
const amendable = { 404: 'APPLICATION_NOT_FOUND', 409: 'APPLICATION_DECIDED or APPLICATION_CHANGED' } as const;
const outOfReach = 'OWN_APPLICATION, APPLICANT_OUT_OF_REACH or PERMISSION_REQUIRED';

export const creatorEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/creator/application',
    tag,
    summary: 'Apply to be a creator',
    description: 'Profile, identity and bank details; the identity document follows in a request of its own.',
    who: 'user',
    body: ApplicationRequest,
    response: Application,
    status: 201,
    refusals: { 409: 'APPLICATION_EXISTS' },
    handler: (ctx, { actor, body }) => apply(ctx, actor, body),
  }),
  endpoint({
    method: 'get',
    path: '/creator/application',
    tag,
    summary: 'My application and its status',
    who: 'user',
    fresh: true,
    response: Application,
    refusals: { 404: 'APPLICATION_NOT_FOUND' },
    handler: (ctx, { actor }) => readOwnApplication(ctx, actor.userId),
  }),
  endpoint({
    method: 'put',
    path: '/creator/application',
    tag,
    summary: 'Amend my application while it is pending or after a rejection',
    description: 'What is not sent stays. An amended application is pending again, and its rejection forgotten.',
    who: 'user',
    body: AmendmentRequest,
    response: Application,
    refusals: amendable,
    handler: (ctx, { actor, body }) => amendApplication(ctx, actor.userId, body),
  }),
  endpoint({
    method: 'post',
    path: '/creator/application/document',
    tag,
    summary: 'Upload an identity document',
    description: 'Only staff who decide on applications see it. Another upload takes its place.',
    who: 'user',
    upload: { contentType: 'multipart/form-data', schema: DocumentUpload },
    response: Application,
    status: 201,
    refusals: amendable,
    handler: (ctx, { actor, request }) => uploadDocument(ctx, actor.userId, request),
  }),
  endpoint({
    method: 'get',
    path: '/admin/creator-applications',
    tag,
    summary: 'List applications',
    description: 'Of one status, the oldest submission first; of all, the newest application first.',
    who: reviewers,
    query: ApplicationsQuery,
    response: pageOf(ApplicationInList),
    handler: (ctx, { actor, query }) => listApplications(ctx, actor, query),
  }),
  endpoint({
    method: 'get',
    path: '/admin/creator-applications/{id}',
    tag,
    summary: 'One application, with a short-lived link to its document',
    who: reviewers,
    params,
    response: ApplicationInReview,
    refusals: { 403: outOfReach, 404: 'APPLICATION_NOT_FOUND' },
    handler: (ctx, { actor, params: { id } }) => readApplication(ctx, actor, id),
  }),
  endpoint({
    method: 'put',
    path: '/admin/creator-applications/{id}/approve',
    tag,
    summary: 'Approve an application',
    who: reviewers,
    params,
    response: ApplicationInReview,
    refusals: { 403: outOfReach, 404: 'APPLICATION_NOT_FOUND', 409: 'APPLICATION_DECIDED or DOCUMENT_MISSING' },
    handler: (ctx, { actor, params: { id } }) => approveApplication(ctx, actor, id),
  }),
  endpoint({
    method: 'put',
    path: '/admin/creator-applications/{id}/reject',
    tag,
    summary: 'Reject an application with a reason',
    who: reviewers,
    params,
    body: RejectionRequest,
    response: ApplicationInReview,
    refusals: { 403: outOfReach, 404: 'APPLICATION_NOT_FOUND', 409: 'APPLICATION_DECIDED' },
    handler: (ctx, { actor, params: { id }, body }) => rejectApplication(ctx, actor, id, body.reason),
  }),
  endpoint({
    method: 'get',
    path: '/creator/profile',
    tag,
    summary: 'My creator profile',
    who: 'creator',
    response: CreatorProfile,
    handler: (ctx, { actor }) => readProfile(ctx, actor.userId),
  }),
  endpoint({
    method: 'put',
    path: '/creator/profile',
    tag,
    summary: 'Change my bio and categories',
    who: 'creator',
    body: ProfileRequest,
    response: CreatorProfile,
    handler: (ctx, { actor, body }) => changeProfile(ctx, actor.userId, body),
  }),
];
