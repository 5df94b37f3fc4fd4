/** The identity document: judged by its bytes, seen by reviewers alone, deleted when another takes its place. */
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { client } from '#test/support/api';
import { applicationRequest, asApplicant } from '#test/support/applications';
import { testContext } from '#test/support/context';
import { cutOff, form, gif, html, padded, pdf, png, svg } from '#test/support/files';
import { asStaff, asViewer } from '#test/support/users';
import { signedMediaUrl } from '@/domains/base/media/keys';

const URL = 'creator/application/document';
const MEGABYTE = 1_048_576;

const keyOf = (userId: string) =>
  env.DB.prepare('SELECT document_key FROM creator_applications WHERE user_id = ?')
    .bind(userId)
    .first<string>('document_key');
const filesOf = async (userId: string) =>
  (await env.DB.prepare('SELECT key, private FROM media_files WHERE owner_id = ?').bind(userId).all()).results;

describe('POST /creator/application/document', () => {
  it('is described with its form and its refusals', async () => {
    const { body } = await client().get('openapi.json');
    const { post } = body.paths['/creator/application/document'];
    expect(Object.keys(post.requestBody.content)).toEqual(['multipart/form-data']);
    expect(Object.keys(post.responses)).toEqual(expect.arrayContaining(['201', '400', '413', '415', '422', '503']));
    expect(body.components.schemas.IdentityDocumentUpload.properties.document).toMatchObject({ format: 'binary' });
  });

  it.each([
    ['a picture', png()],
    ['a PDF', pdf()],
  ])('accepts %s, which only a reviewer can read', async (_, bytes) => {
    const applicant = await asApplicant({}, { document: false });
    const answer = await applicant.post(URL, form('document', bytes, { documentType: 'id_card' }));
    expect(answer.status).toBe(201);
    expect(answer.data.identity).toMatchObject({ documentUploaded: true, documentType: 'id_card' });
    const key = await keyOf(applicant.userId);
    expect(JSON.stringify(answer.body)).not.toContain(key);
    expect(await filesOf(applicant.userId)).toEqual([{ key, private: 1 }]);
    expect((await client().get(`/media/${key}`)).status).toBe(404);
    expect((await applicant.get(`/media/${key}`)).status).toBe(404);

    const reviewer = await asStaff('admin_l3');
    const { data } = await reviewer.get(`admin/creator-applications/${applicant.applicationId}`);
    const response = await exports.default.fetch(data.documentUrl);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  });

  it('logs which staff were given a link to it, and who opened the link', async () => {
    const [applicant, reviewer] = [await asApplicant(), await asStaff('admin_l3')];
    const { applicationId: id } = applicant;
    const looks = async () => {
      const { results } = await env.DB.prepare(
        "SELECT staff_id, action FROM staff_log WHERE target_type = 'creator-application' AND target_id = ? ORDER BY rowid",
      )
        .bind(id)
        .all();
      return results.map(({ staff_id, action }) => [staff_id, action]);
    };
    const { data } = await reviewer.get(`admin/creator-applications/${id}`);
    expect(await looks()).toEqual([[reviewer.userId, 'creator-application.document-link']]);
    for (const method of ['HEAD', 'GET', 'GET'])
      await (await exports.default.fetch(data.documentUrl, { method })).arrayBuffer();
    expect(await looks()).toEqual([
      [reviewer.userId, 'creator-application.document-link'],
      [reviewer.userId, 'creator-application.document'],
    ]);
    const again = (await reviewer.get(`admin/creator-applications/${id}`)).data.documentUrl;
    await (await exports.default.fetch(again)).arrayBuffer();
    expect(await looks()).toHaveLength(4);
    expect((await reviewer.put(`admin/creator-applications/${id}/approve`)).data.documentUrl).toBeNull();
  });

  it('cannot be opened by a signed link that does not name the reader', async () => {
    const applicant = await asApplicant();
    const url = await signedMediaUrl(testContext(), (await keyOf(applicant.userId)) ?? '');
    expect((await exports.default.fetch(url)).status).toBe(404);
  });

  it('replaces the previous document, which is deleted', async () => {
    const applicant = await asApplicant();
    const before = await keyOf(applicant.userId);
    expect((await applicant.post(URL, form('document', pdf()))).status).toBe(201);
    const after = await keyOf(applicant.userId);
    expect(after).not.toBe(before);
    expect(await filesOf(applicant.userId)).toEqual([{ key: after, private: 1 }]);
    await vi.waitFor(async () => expect(await env.MEDIA.head(before ?? '')).toBeNull());
    expect(await env.MEDIA.head(after ?? '')).not.toBeNull();
  });

  it('leaves one file and its row if two are uploaded at once', async () => {
    const applicant = await asApplicant({}, { document: false });
    const answers = await Promise.all([1, 2, 3].map(() => applicant.post(URL, form('document', png()))));
    const taken = answers.filter(({ status }) => status === 201);
    expect(taken.length).toBeGreaterThan(0);
    for (const { status, error } of answers)
      if (status !== 201) expect([status, error.code]).toEqual([409, 'APPLICATION_CHANGED']);
    expect(await filesOf(applicant.userId)).toEqual([{ key: await keyOf(applicant.userId), private: 1 }]);
  });

  it('after a rejection makes the application pending again', async () => {
    const [applicant, reviewer] = [await asApplicant(), await asStaff('admin_l3')];
    await reviewer.put(`admin/creator-applications/${applicant.applicationId}/reject`, { reason: 'Blurred.' });
    const { data } = await applicant.post(URL, form('document', pdf()));
    expect(data).toMatchObject({ status: 'PENDING' });
    expect(data).not.toHaveProperty('reason');
  });

  it('refuses a file whose bytes are not a document, whatever its name', async () => {
    const applicant = await asApplicant({}, { document: false });
    const refusals: [string, Uint8Array, number, string][] = [
      ['gif', gif(), 415, 'FILE_TYPE_NOT_ALLOWED'],
      ['svg', svg(), 415, 'FILE_TYPE_NOT_ALLOWED'],
      ['html', html(), 415, 'FILE_TYPE_NOT_ALLOWED'],
      ['empty', new Uint8Array(), 422, 'FILE_UNREADABLE'],
      ['cut off', cutOff(png()), 422, 'FILE_UNREADABLE'],
      ['a bomb', png(60_000, 60_000), 413, 'FILE_TOO_LARGE'],
      ['a byte too large', padded(png(), 10 * MEGABYTE + 1), 413, 'FILE_TOO_LARGE'],
      ['a megabyte too large', padded(png(), 11 * MEGABYTE), 413, 'BODY_TOO_LARGE'],
    ];
    for (const [name, bytes, status, code] of refusals) {
      const answer = await applicant.post(URL, form('document', bytes, {}, 'passport.png'));
      expect([answer.status, answer.error?.code], name).toEqual([status, code]);
    }
    expect(await filesOf(applicant.userId)).toEqual([]);
    expect((await applicant.get('creator/application')).data.identity.documentUploaded).toBe(false);
  });

  it('counts the actual bytes, whatever length the request declares', async () => {
    const applicant = await asApplicant({}, { document: false });
    const chunk = new Uint8Array(MEGABYTE);
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1;
        if (sent > 256) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const response = await exports.default.fetch(`http://localhost:8787/api/v1/${URL}`, {
      method: 'POST',
      headers: { ...applicant.headers, 'content-type': 'multipart/form-data; boundary=x' },
      body: endless,
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { code: 'BODY_TOO_LARGE' } });
    expect(sent).toBeLessThan(128); // some of what comes is let by, so that the answer gets through
  });

  it('names what is wrong with the form', async () => {
    const request = applicationRequest();
    const { documentType: _, ...identity } = request.identity;
    const applicant = await asApplicant({}, { document: false, request: { identity } });
    const text = new FormData();
    text.set('document', 'a text');
    const two = form('document', png());
    two.append('document', new File(['x'], 'x'));
    const wrong: [FormData, string][] = [
      [new FormData(), 'document'],
      [form('file', png()), 'document'],
      [text, 'document'],
      [two, 'document'],
      [form('document', png()), 'documentType'],
      [form('document', png(), { documentType: 'library_card' }), 'documentType'],
      [form('document', png(), { documentType: 'passport', colour: 'red' }), 'colour'],
    ];
    for (const [body, path] of wrong) {
      const { status, error } = await applicant.post(URL, body);
      expect([status, error?.code, error?.details], path).toMatchObject([422, 'VALIDATION_FAILED', [{ path }]]);
    }
    expect((await applicant.post(URL, { document: 'x' })).status).toBe(415);
    const multipart = { 'content-type': 'multipart/form-data; boundary=x' };
    const malformed = await applicant.post(URL, 'no form at all', { headers: multipart });
    expect([malformed.status, malformed.error.code]).toEqual([400, 'UPLOAD_MALFORMED']);
  });

  it('is for applicants who are not approved yet', async () => {
    expect((await client().post(URL, form('document', png()))).status).toBe(401);
    expect((await (await asViewer()).post(URL, form('document', png()))).error.code).toBe('APPLICATION_NOT_FOUND');
    const [applicant, reviewer] = [await asApplicant(), await asStaff('admin_l3')];
    await reviewer.put(`admin/creator-applications/${applicant.applicationId}/approve`);
    const refused = await applicant.post(URL, form('document', png()));
    expect([refused.status, refused.error.code]).toEqual([409, 'APPLICATION_DECIDED']);
  });
});
