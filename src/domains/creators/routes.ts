/** Becoming a creator, and what a creator says of themselves. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { pageOf, reply } from '@/http/envelope';
import { amend, readOwnApplication, uploadDocument } from './amend';
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
/** Names, birth dates and bank details are nobody's to keep. */
const headers = { 'Cache-Control': 'private, no-store' };

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
    handler: async (ctx, { actor, body }) => reply(await apply(ctx, actor, body), { headers }),
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
    handler: async (ctx, { actor }) => reply(await readOwnApplication(ctx, actor.userId), { headers }),
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
    handler: async (ctx, { actor, body }) => reply(await amend(ctx, actor.userId, body), { headers }),
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
    handler: async (ctx, { actor, request }) => reply(await uploadDocument(ctx, actor.userId, request), { headers }),
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
    handler: async (ctx, { actor, query }) => reply(await listApplications(ctx, actor, query), { headers }),
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
    handler: async (ctx, { actor, params: { id } }) => reply(await readApplication(ctx, actor, id), { headers }),
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
    handler: async (ctx, { actor, params: { id } }) => reply(await approveApplication(ctx, actor, id), { headers }),
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
    handler: async (ctx, { actor, params: { id }, body }) =>
      reply(await rejectApplication(ctx, actor, id, body.reason), { headers }),
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
