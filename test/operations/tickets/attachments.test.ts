/** Files of tickets: private, of their sender, scanned where a scanner is, and gone with the account. */
import { env, exports } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { mp4, pdf, png } from '#test/support/files';
import { aFile, aReply, aScanner, aTicket, noticesOf, TICKET, textFile } from '#test/support/tickets';
import { asStaff, asViewer, type Person } from '#test/support/users';
import type { Scanner } from '@/contracts/scanner';
import { commit } from '@/db/commit';
import { blankTickets, forgetAttachments } from '@/domains/operations/tickets/forget';
import { scanAttachment } from '@/domains/operations/tickets/scan';
import { scannerError } from '@/providers/scanner-errors';

const program = new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, ...Array.from({ length: 60 }, () => 0)]);

async function aTicketWithFile(
  person: Person,
  bytes = textFile('12:00 error\n'),
  type = 'text/plain',
  name = 'app.log',
) {
  const fileId = await aFile(person, bytes, type, name);
  const ticket = await aTicket(person, { attachmentIds: [fileId] });
  return { fileId, ticket };
}

describe('an attachment', () => {
  it.each([
    ['an image', png(), 'image/png', 'screen.png'],
    ['a document', pdf(), 'application/pdf', 'receipt.pdf'],
    ['a log', textFile('12:00 \u001b[31merror\u001b[0m: größer\n'), 'text/plain', 'app.log'],
    ['a recording', mp4(), 'video/mp4', 'screen.mp4'],
  ])('can be %s, and is read by its user and staff through a link', async (_, bytes, type, name) => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { fileId, ticket } = await aTicketWithFile(viewer, bytes, type, name);
    expect(ticket.attachments).toMatchObject([
      { id: fileId, name, type, bytes: bytes.length, scanned: false, scan: 'none' },
    ]);
    const [attachment] = (await agent.get(`support/tickets/${ticket.id}`)).data.attachments;
    const file = await exports.default.fetch(attachment.url);
    expect(file.status).toBe(200);
    expect(file.headers.get('cache-control')).toBe('private, no-store');
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(bytes);
    const bare = await exports.default.fetch(attachment.url.split('?')[0]);
    expect(bare.status).toBe(404);
    await bare.arrayBuffer();
  });

  it('is downloaded under its name, without folders, and never shown as a page', async () => {
    const viewer = await asViewer();
    const { ticket } = await aTicketWithFile(
      viewer,
      textFile('<script>alert(1)</script>'),
      'text/plain',
      'C:\\logs\\größe (1).txt',
    );
    const [{ name, url }] = ticket.attachments;
    expect(name).toBe('größe (1).txt');
    const file = await exports.default.fetch(url);
    await file.arrayBuffer();
    expect(file.headers.get('content-type')).toBe('text/plain');
    expect(file.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%281%29.txt");
    expect(file.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each([
    ['a program', program],
    ['a script', textFile('#!/bin/sh\nrm -rf /\n')],
    ['a script behind a mark and a blank line', textFile('\ufeff\n#!/bin/sh\nrm -rf /\n')],
    ['a picture under a false type', png()],
    ['a text with zeros', new Uint8Array([65, 0, 66, 0])],
  ])('is refused if it is %s', async (_, bytes) => {
    const viewer = await asViewer();
    const fileId = await aFile(viewer, bytes, 'text/plain');
    const answer = await viewer.post('support/tickets', { ...TICKET, attachmentIds: [fileId] });
    expect([answer.status, answer.error.code]).toEqual([415, 'FILE_TYPE_NOT_ALLOWED']);
    expect((await viewer.get('support/tickets/my')).data.items).toEqual([]);
  });

  it('gets an ending of its type, so that no text starts as a program', async () => {
    const viewer = await asViewer();
    const nameFor = async (name: string) =>
      (await aTicketWithFile(viewer, textFile(`for ${name}`), 'text/plain', name)).ticket.attachments[0].name;
    expect(await nameFor('run.bat')).toBe('run.bat.txt');
    expect(await nameFor('App.LOG')).toBe('App.LOG');
    expect(await nameFor('log')).toBe('log.txt');
  });

  it("is refused if it is another's upload, a used one, or one for a post", async () => {
    const [viewer, thief] = [await asViewer(), await asViewer()];
    const fileId = await aFile(viewer, png(), 'image/png');
    const { id } = await aTicket(thief);
    const steal = await thief.post(`support/tickets/${id}/reply`, { text: 'See', attachmentIds: [fileId] });
    expect([steal.status, steal.error.code]).toEqual([404, 'UPLOAD_NOT_FOUND']);
    const own = await aTicket(viewer, { attachmentIds: [fileId] });
    const again = await viewer.post(`support/tickets/${own.id}/reply`, { text: 'See', attachmentIds: [fileId] });
    expect([again.status, again.error.code]).toEqual([409, 'UPLOAD_USED']);
    const video = await viewer.post('media/uploads', { kind: 'post-video', contentType: 'video/mp4', bytes: 4_000 });
    const misused = await viewer.post(`support/tickets/${own.id}/reply`, {
      text: 'See',
      attachmentIds: [video.data.id],
    });
    expect([misused.status, misused.error.code]).toEqual([415, 'FILE_TYPE_NOT_ALLOWED']);
  });

  it('of a repeated request is attached once', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const fileId = await aFile(viewer, png(), 'image/png');
    const body = { ...TICKET, attachmentIds: [fileId] };
    const first = await viewer.post('support/tickets', body);
    const again = await viewer.post('support/tickets', body);
    expect([first.status, again.status, again.data.id]).toEqual([201, 200, first.data.id]);
    const answerFile = await aFile(agent, pdf(), 'application/pdf');
    const replies = [1, 2].map(() => aReply(agent, first.data.id, 'See the guide.', { attachmentIds: [answerFile] }));
    const [one, two] = await Promise.all(replies);
    expect(one.id).toBe(two.id);
    expect(one.attachments).toMatchObject([{ id: answerFile, name: 'attachment.pdf' }]);
  });

  it('is announced with a type and a size of its kind', async () => {
    const viewer = await asViewer();
    const announce = (changes: Record<string, unknown>) =>
      viewer.post('media/uploads', { kind: 'ticket-file', contentType: 'text/plain', bytes: 10, ...changes });
    expect((await announce({ contentType: 'application/x-msdownload' })).status).toBe(422);
    expect((await announce({ bytes: 26 * 1_048_576 })).error.code).toBe('FILE_TOO_LARGE');
    expect((await announce({ kind: 'post-video' })).status).toBe(422);
  });
});

/** As if a scanner had been there when the file came. */
async function scanned(fileId: string, scanner: Scanner | undefined) {
  await env.DB.prepare("UPDATE ticket_attachments SET scan = 'waiting' WHERE id = ?").bind(fileId).run();
  const ctx = testContext();
  await scanAttachment({ ...ctx, scanner }, { type: 'scan-attachment', attachmentId: fileId });
  await ctx.settle();
}

describe('a scanner', () => {
  it('that finds nothing says so, and until then nobody gets a link', async () => {
    const viewer = await asViewer();
    const { fileId, ticket } = await aTicketWithFile(viewer);
    const read = async () => (await viewer.get(`support/tickets/${ticket.id}`)).data.attachments[0];
    await env.DB.prepare("UPDATE ticket_attachments SET scan = 'waiting' WHERE id = ?").bind(fileId).run();
    expect(await read()).toMatchObject({ scan: 'waiting', scanned: false, url: null });
    await scanned(fileId, aScanner('clean'));
    expect(await read()).toMatchObject({ scan: 'clean', scanned: true, url: expect.any(String) });
  });

  it('that finds a virus has the file deleted, and notifies its user and the assignee', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { fileId, ticket } = await aTicketWithFile(viewer);
    await agent.put(`support/tickets/${ticket.id}/assign`, { assigneeId: agent.userId });
    const row = await env.DB.prepare('SELECT key FROM ticket_attachments WHERE id = ?')
      .bind(fileId)
      .first<{ key: string }>();
    await scanned(fileId, aScanner('infected'));
    const [attachment] = (await viewer.get(`support/tickets/${ticket.id}`)).data.attachments;
    expect(attachment).toMatchObject({ scan: 'infected', scanned: false, url: null });
    await expect.poll(() => env.MEDIA.head(row?.key ?? '')).toBeNull();
    await expect.poll(() => noticesOf(viewer, 'ticket')).toMatchObject([{ body: expect.stringContaining('app.log') }]);
    await expect.poll(() => noticesOf(agent, 'ticket-assigned')).toHaveLength(1);
  });

  it('that finds a virus in a file of staff notifies them alone, since it may be in a note', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id } = await aTicket(viewer);
    const fileId = await aFile(agent, textFile('a\n'), 'text/plain', 'suspected-fraud-ring.log');
    await aReply(agent, id, 'Evidence', { internal: true, attachmentIds: [fileId] });
    await scanned(fileId, aScanner('infected'));
    await expect.poll(() => noticesOf(agent, 'ticket-assigned')).toHaveLength(1);
    expect(await noticesOf(viewer, 'ticket')).toEqual([]);
  });

  it('that finds a virus in a ticket without assignee notifies the member of staff who answered last', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { fileId, ticket } = await aTicketWithFile(viewer);
    await aReply(agent, ticket.id, 'We are looking.');
    await scanned(fileId, aScanner('infected'));
    await expect.poll(() => noticesOf(agent, 'ticket-assigned')).toMatchObject([{ data: { ticketId: ticket.id } }]);
  });

  it('that takes no file of this size, or was taken away, leaves it unscanned', async () => {
    const viewer = await asViewer();
    const { fileId, ticket } = await aTicketWithFile(viewer);
    for (const scanner of [aScanner('too-large'), undefined]) {
      await scanned(fileId, scanner);
      const [attachment] = (await viewer.get(`support/tickets/${ticket.id}`)).data.attachments;
      expect(attachment).toMatchObject({ scan: 'none', scanned: false, url: expect.any(String) });
    }
  });

  it('that is away is asked again', async () => {
    const viewer = await asViewer();
    const { fileId } = await aTicketWithFile(viewer);
    const away: Scanner = {
      scan: () => Promise.reject(scannerError('SCANNER_AWAY')),
      ping: () => Promise.reject(scannerError('SCANNER_AWAY')),
    };
    await expect(scanned(fileId, away)).rejects.toMatchObject({ code: 'SCANNER_AWAY' });
    await scanned(fileId, aScanner('clean'));
  });
});

describe('the end of an account', () => {
  it('takes texts and files out of its tickets, those of staff too, and keeps the times', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { ticket } = await aTicketWithFile(viewer);
    const answerFile = await aFile(agent, pdf(), 'application/pdf');
    await aReply(agent, ticket.id, `Dear ${viewer.username}`, { attachmentIds: [answerFile] });
    const ctx = testContext();
    while ((await forgetAttachments(ctx, viewer.userId)) > 0);
    await commit(ctx, blankTickets(ctx, viewer.userId, sql`LIMIT 200`));
    await ctx.settle();
    const seen = (await agent.get(`support/tickets/${ticket.id}`)).data;
    expect(seen).toMatchObject({
      subject: '',
      description: '',
      category: 'technical',
      createdAt: ticket.createdAt,
      attachments: [{ name: '', url: null }],
      replies: [{ text: '', attachments: [{ name: '', url: null }] }],
    });
    const left = await env.DB.prepare(
      "SELECT count(*) AS files FROM media_files WHERE kind = 'ticket-file' AND owner_id IN (?, ?)",
    )
      .bind(viewer.userId, agent.userId)
      .first<{ files: number }>();
    expect(left?.files).toBe(0);
  });

  it('of staff leaves their tickets to nobody', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id } = await aTicket(viewer);
    await agent.put(`support/tickets/${id}/assign`, { assigneeId: agent.userId });
    await aReply(agent, id, 'We are looking.');
    const ctx = testContext();
    await commit(ctx, blankTickets(ctx, agent.userId, sql`LIMIT 200`));
    const seen = (await (await asStaff('support')).get(`support/tickets/${id}`)).data;
    expect(seen).toMatchObject({ assignee: null, replies: [{ text: 'We are looking.' }] });
  });
});
