/** Migrations bring an empty database and yesterday's to today, once, and lose nothing on the way. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { listMigrations, migrate, withDatabase } from '../../scripts/local/miniflare';

const state = mkdtempSync(join(tmpdir(), 'footlight-'));
afterEach(() => rmSync(state, { recursive: true, force: true }));

it('go on from yesterday’s database, keep what is in it, and repeat nothing', async () => {
  const all = listMigrations();
  const today = all.at(-1);
  await withDatabase(state, async (database) => {
    expect(await migrate(database, all.slice(0, -1))).toEqual(all.slice(0, -1));
    await database
      .prepare(
        `INSERT INTO users (id, email, email_key, username, display_name, created_at, updated_at)
         VALUES ('1', 'ada@example.com', 'ada@example.com', 'ada', 'Ada', 1, 1)`,
      )
      .run();
  });
  await withDatabase(state, async (database) => {
    expect(await migrate(database)).toEqual([today]);
    expect(await database.prepare('SELECT username FROM users').first('username')).toBe('ada');
    expect(await migrate(database)).toEqual([]);
  });
});

it('0027 withdraw what was told of what is gone, and keep the rest', async () => {
  const all = listMigrations();
  const today = all.findIndex((name) => name.startsWith('0027'));
  await withDatabase(state, async (database) => {
    await migrate(database, all.slice(0, today));
    const rows = (table: string, columns: string, ...values: string[]) =>
      database.prepare(`INSERT INTO ${table} (${columns}) VALUES ${values.map((row) => `(${row})`)}`).run();
    const person = (id: string) => `'${id}', '${id}@example.com', '${id}@example.com', '${id}', '${id}', 1, 1`;
    const columns = 'id, email, email_key, username, display_name, created_at, updated_at';
    await rows('users', columns, ...['ada', 'ben', 'cyd', 'dan'].map(person));
    await rows('blocks', 'blocker_id, blocked_id, created_at', "'dan', 'ada', 1");
    await rows('follows', 'follower_id, creator_id, created_at', "'ben', 'ada', 1");
    const post = (id: string, removedAt: string) => `'${id}', 'ada', '', 'public', 1, ${removedAt}`;
    await rows('posts', 'id, author_id, text, visibility, created_at, removed_at', post('p', 'null'), post('q', '1'));
    const comment = (id: string, parent: string, removedAt: string) =>
      `'${id}', 'p', ${parent}, 'ben', '', 1, ${removedAt}`;
    const comments = 'id, post_id, parent_id, author_id, text, created_at, removed_at';
    await rows('comments', comments, comment('c', 'null', 'null'), comment('gone', 'null', '1'));
    await rows('comments', comments, comment('r', "'c'", 'null'));
    await rows('post_likes', 'post_id, user_id, created_at', "'p', 'ben', 1");

    const told = 'id, user_id, kind, title, body, data, created_at';
    const row = (id: string, kind: string, data: object) =>
      `'${id}', 'ada', '${kind}', '', '', '${JSON.stringify(data)}', 1`;
    const commented = (id: string, commentId: string, userId = 'ben', postId = 'p') =>
      row(id, 'comment', { postId, commentId, userId });
    await rows(
      'notifications',
      told,
      ...[commented('1', 'c'), commented('2', 'r'), commented('gone1', 'gone'), commented('gone2', 'never')],
      ...[commented('gone3', 'c', 'dan'), commented('gone4', 'x', 'ben', 'q')],
      ...[row('3', 'follower', { userId: 'ben' }), row('gone5', 'follower', { userId: 'cyd' })],
      row('4', 'subscription-ended', { creatorId: 'dan' }),
    );
    const gathered = (id: string, kind: string, group: string, actors: string[], data: object) =>
      `${row(id, kind, data)}, '${group}', ${actors.length}, '${JSON.stringify(actors)}'`;
    await rows(
      'notifications',
      `${told}, group_key, actor_count, last_actors`,
      gathered('5', 'like', 'like:post:p', ['cyd', 'ben', 'dan'], { postId: 'p' }),
      gathered('6', 'gift', 'gifts:2026-11-01', ['dan', 'ben'], { senderId: 'dan' }),
      gathered('gone6', 'like', 'like:post:q', ['ben'], { postId: 'q' }),
    );
    const actors = ["'5', 'ben'", "'5', 'cyd'", "'5', 'dan'", "'6', 'ben'", "'6', 'dan'", "'gone6', 'ben'"];
    await rows('notification_actors', 'notification_id, actor_id', ...actors);
  });
  await withDatabase(state, async (database) => {
    await migrate(database);
    const { results } = await database
      .prepare('SELECT id, about, data, actor_count AS count, last_actors AS last FROM notifications ORDER BY id')
      .all<{ id: string; about: string | null; data: string; count: number; last: string }>();
    expect(results.map(({ id, about, count, last }) => [id, about, count, last])).toEqual([
      ['1', 'p/c', 0, '[]'],
      ['2', 'p/c/r', 0, '[]'],
      ['3', null, 0, '[]'],
      ['4', null, 0, '[]'],
      ['5', 'p', 1, '["ben"]'],
      ['6', null, 1, '["ben"]'],
    ]);
    expect(results.at(-1)?.data).toBe('{}');
    const actors = await database
      .prepare('SELECT actor_id, user_id, state FROM notification_actors ORDER BY notification_id, actor_id')
      .raw();
    expect(actors).toEqual([
      ['ben', 'ada', 'new'],
      ['cyd', 'ada', 'withdrawn'],
      ['dan', 'ada', 'withdrawn'],
      ['ben', 'ada', 'new'],
      ['dan', 'ada', 'withdrawn'],
    ]);
  });
});

it('0024 and after find the files, the words and the rooms of a platform that is in use', async () => {
  const all = listMigrations();
  const today = all.findIndex((name) => name.startsWith('0024'));
  await withDatabase(state, async (database) => {
    await migrate(database, all.slice(0, today));
    const rows = (table: string, columns: string, ...values: string[]) =>
      database.prepare(`INSERT INTO ${table} (${columns}) VALUES ${values.map((row) => `(${row})`)}`).run();
    await rows(
      'users',
      'id, email, email_key, username, display_name, country, created_at, updated_at',
      "'ada', 'ada@example.com', 'ada@example.com', 'ada', 'Ada Guitar', 'DE', 1, 1",
    );
    await rows('channels', 'id, creator_id, title, created_at, updated_at', "'c', 'ada', 'Guitar', 1, 1");
    await rows(
      'streams',
      'id, channel_id, creator_id, title, visibility, status, created_at, updated_at',
      "'live', 'c', 'ada', 'Guitar', 'public', 'live', 1, 1",
      "'hidden', 'c', 'ada', 'Guitar', 'private', 'ended', 1, 1",
    );
    await rows(
      'media_files',
      'key, owner_id, kind, content_type, bytes, private, created_at',
      ...['shown', 'kept'].map((key) => `'${key}', 'ada', 'post-image', 'image/webp', 1, 0, 1`),
    );
    await rows(
      'posts',
      'id, author_id, text, visibility, created_at',
      "'p', 'ada', 'Guitar', 'public', 1",
      "'q', 'ada', 'Guitar', 'followers', 1",
    );
    await rows('post_media', 'post_id, position, key, content_type', "'p', 1, 'shown', 'image/webp'");
    await rows('post_media', 'post_id, position, key, content_type', "'q', 1, 'kept', 'image/webp'");
  });
  await withDatabase(state, async (database) => {
    await migrate(database);
    const read = async (query: string) => await database.prepare(query).raw();
    expect(await read('SELECT key, private FROM media_files ORDER BY key')).toEqual([
      ['kept', 1],
      ['shown', 0],
    ]);
    for (const [table, found] of [
      ['users', 1],
      ['streams', 2],
      ['posts', 2],
    ] as const)
      expect(await read(`SELECT rowid FROM ${table}_fts WHERE ${table}_fts MATCH 'guitar'`)).toHaveLength(found);
    await database.prepare("UPDATE users SET display_name = 'Ada Piano'").run();
    await database.prepare("UPDATE streams SET title = 'Piano'").run();
    await database.prepare("UPDATE posts SET text = 'Piano'").run();
    for (const table of ['users', 'streams', 'posts'])
      expect(await read(`SELECT rowid FROM ${table}_fts WHERE ${table}_fts MATCH 'guitar'`)).toEqual([]);
    await database.prepare("UPDATE users SET country = 'FR'").run();
    expect(await read('SELECT country, country_corrected_at FROM users')).toEqual([['FR', null]]);
    const asked = "SELECT event ->> 'roomId' FROM outbox WHERE event ->> '$.command.type' = 'tell-traces'";
    expect(await read(asked)).toEqual([['live']]); // the other's room is gone
  });
});

it('0088 finds words inside runs and letters without their marks in the texts of a platform that is in use', async () => {
  const all = listMigrations();
  const today = all.findIndex((name) => name.startsWith('0088'));
  await withDatabase(state, async (database) => {
    await migrate(database, all.slice(0, today));
    const run = (statement: string) => database.prepare(statement).run();
    await run(`INSERT INTO users (id, email, email_key, username, display_name, created_at, updated_at)
      VALUES ('ada', 'ada@example.com', 'ada@example.com', 'ada', '東京音楽', 1, 1)`);
    const post = (id: string, text: string) => `('${id}', 'ada', '${text}', 'public', 1)`;
    await run(`INSERT INTO posts (id, author_id, text, visibility, created_at)
      VALUES ${post('kept', 'ёлка')}, ${post('removed', 'ёлка')}, ${post('other', '京都 tree')}`);
    await run(`UPDATE posts SET removed_at = 1 WHERE id = 'removed'`);
    await migrate(database);
    const find = async (table: string, words: string) =>
      (
        await database
          .prepare(`SELECT id FROM ${table} WHERE rowid IN
        (SELECT rowid FROM ${table}_fts WHERE ${table}_fts MATCH '${words}')`)
          .raw()
      ).flat();
    expect(await find('users', '"音 楽"')).toEqual(['ada']);
    expect(await find('posts', 'елка')).toEqual(['kept']);
    expect(await find('posts', '"京 都" AND tree')).toEqual(['other']);
    await run(`UPDATE posts SET text = 'a tree' WHERE id = 'other'`);
    expect(await find('posts', '"京 都"')).toEqual([]);
  });
});

it('0032 keep what was told and the room entered last, and forget browsers of no session', async () => {
  const all = listMigrations();
  const today = all.findIndex((name) => name.startsWith('0032'));
  await withDatabase(state, async (database) => {
    await migrate(database, all.slice(0, today));
    const run = (statement: string) => database.prepare(statement).run();
    await run(`INSERT INTO users (id, email, email_key, username, display_name, created_at, updated_at)
      VALUES ('ada', 'ada@example.com', 'ada@example.com', 'ada', 'Ada', 1, 1)`);
    await run(
      `INSERT INTO notifications (id, user_id, kind, title, body, created_at) VALUES ('1', 'ada', 'gift', '', '', 1)`,
    );
    await run(`INSERT INTO last_rooms (user_id, room_id) VALUES ('ada', 'r')`);
    await run(`INSERT INTO push_subscriptions (id, endpoint, user_id, p256dh, auth, created_at)
      VALUES ('p', 'https://push.example.com', 'ada', '', '', 1)`);
    await migrate(database);
    const rowsOf = async (table: string) => (await database.prepare(`SELECT * FROM ${table}`).all()).results;
    expect(await rowsOf('notifications')).toMatchObject([{ id: '1', in_app: 1 }]);
    expect(await rowsOf('last_rooms')).toEqual([{ user_id: 'ada', room_id: 'r', entered_at: 0, kind: 'stream' }]);
    expect(await rowsOf('push_subscriptions')).toEqual([]);
  });
});

it('0029 take the words of what is hidden, and uncount what nobody can see', async () => {
  const all = listMigrations();
  const today = all.findIndex((name) => name.startsWith('0029'));
  await withDatabase(state, async (database) => {
    await migrate(database, all.slice(0, today));
    const rows = (table: string, columns: string, ...values: string[]) =>
      database.prepare(`INSERT INTO ${table} (${columns}) VALUES ${values.map((row) => `(${row})`)}`).run();
    const person = (id: string, status: string) =>
      `'${id}', '${id}@example.com', '${id}@example.com', '${id}', '${id}', '${status}', 1, 1`;
    const columns = 'id, email, email_key, username, display_name, status, created_at, updated_at';
    await rows('users', columns, person('ada', 'active'), person('gone', 'deleted'));
    const post = (id: string) => `'${id}', 'ada', 'words', 'public', 1`;
    await rows('posts', 'id, author_id, text, visibility, created_at', post('p'), post('q'));
    const comment = (id: string, parent: string, author: string, text: string) =>
      `'${id}', 'p', ${parent}, '${author}', '${text}', 1`;
    const ofComments = 'id, post_id, parent_id, author_id, text, created_at';
    await rows('comments', ofComments, comment('answered', 'null', 'gone', ''), comment('ghost', 'null', 'gone', ''));
    await rows('comments', ofComments, comment('reply', "'answered'", 'ada', 'words'));
    await rows('comments', ofComments, comment('hidden', 'null', 'ada', 'words'));
    for (const hidden of ["posts SET removed_at = 1 WHERE id = 'q'", "comments SET removed_at = 1 WHERE id = 'hidden'"])
      await database.prepare(`UPDATE ${hidden}`).run();
  });
  await withDatabase(state, async (database) => {
    await migrate(database);
    const read = async (query: string) => await database.prepare(query).raw();
    expect(await read('SELECT id, text, comment_count FROM posts ORDER BY id')).toEqual([
      ['p', 'words', 2],
      ['q', '', 0],
    ]);
    expect(await read('SELECT id, text, removed_at IS NULL FROM comments ORDER BY id')).toEqual([
      ['answered', '', 1],
      ['ghost', '', 0],
      ['hidden', '', 0],
      ['reply', 'words', 1],
    ]);
    expect(await read("SELECT rowid FROM posts_fts WHERE posts_fts MATCH 'words'")).toHaveLength(1);
  });
});

it('0035 gives accounts that are not verified seven days from now on, and verified ones no end', async () => {
  const all = listMigrations();
  const today = all.findIndex((name) => name.startsWith('0035'));
  await withDatabase(state, async (database) => {
    await migrate(database, all.slice(0, today));
    await database.exec(
      `INSERT INTO users (id, email, email_key, username, display_name, email_verified_at, status, created_at, updated_at) VALUES ('new', 'n', 'n', 'n', 'n', null, 'active', 1, 1), ('done', 'd', 'd', 'd', 'd', 1, 'active', 1, 1), ('gone', 'g', 'g', 'g', 'g', null, 'deleted', 1, 1)`,
    );
    const before = Math.floor(Date.now() / 1_000) * 1_000;
    await migrate(database);
    const { results } = await database
      .prepare('SELECT id, unverified_until AS until, verify_reminder_at AS reminderAt FROM users ORDER BY id')
      .all<{ id: string; until: number | null; reminderAt: number | null }>();
    const [done, gone, unverified] = results;
    for (const row of [done, gone]) expect(row).toMatchObject({ until: null, reminderAt: null });
    const day = 86_400_000;
    expect(unverified?.until).toBeGreaterThanOrEqual(before + 7 * day);
    expect(unverified?.until).toBeLessThanOrEqual(Date.now() + 7 * day);
    expect((unverified?.until ?? 0) - (unverified?.reminderAt ?? 0)).toBe(2 * day);
  });
});

it("0042 blanks the staff log's texts about deleted users, and names the user in the rest", async () => {
  const all = listMigrations();
  const today = all.findIndex((name) => name.startsWith('0042'));
  await withDatabase(state, async (database) => {
    await migrate(database, all.slice(0, today));
    const people = ['ada', 'gone'].map(
      (id) => `('${id}', '${id}@example.com', '${id}@example.com', '${id}', '${id}', 1, 1)`,
    );
    await database
      .prepare(
        `INSERT INTO users (id, email, email_key, username, display_name, created_at, updated_at) VALUES ${people}`,
      )
      .run();
    await database.prepare("UPDATE users SET status = 'deleted' WHERE id = 'gone'").run();
    const post = (id: string, authorId: string) =>
      `('${id}', 'ada', 'post.delete', 'post', 'p', '${JSON.stringify({ authorId, text: 'words' })}', NULL, NULL, 1)`;
    const onUser = (id: string, action: string, userId: string) =>
      `('${id}', 'ada', '${action}', 'user', '${userId}', NULL, '{"rank":"owner"}', 'words', 1)`;
    const rows = [
      ...[post('1', 'ada'), post('2', 'gone'), post('3', 'never')],
      ...[onUser('4', 'room.ban', 'gone'), onUser('5', 'staff.rank', 'gone'), onUser('6', 'room.ban', 'ada')],
    ];
    await database
      .prepare(
        `INSERT INTO staff_log (id, staff_id, action, target_type, target_id, before, after, reason, created_at)
         VALUES ${rows}`,
      )
      .run();
    await migrate(database);
    const { results } = await database
      .prepare("SELECT id, concat_ws(' ', before, after, reason) <> '' AS kept, subject_id FROM staff_log ORDER BY id")
      .all();
    expect(results).toEqual([
      { id: '1', kept: 1, subject_id: 'ada' },
      { id: '2', kept: 0, subject_id: null },
      { id: '3', kept: 1, subject_id: null },
      { id: '4', kept: 0, subject_id: null },
      { id: '5', kept: 1, subject_id: null },
      { id: '6', kept: 1, subject_id: 'ada' },
    ]);
  });
});

it('0043 give every channel that had a show a new video room, and leave a show that is on where it is', async () => {
  const all = listMigrations();
  const today = all.findIndex((name) => name.startsWith('0043'));
  await withDatabase(state, async (database) => {
    await migrate(database, all.slice(0, today));
    const rows = (table: string, columns: string, ...values: string[]) =>
      database.prepare(`INSERT INTO ${table} (${columns}) VALUES ${values.map((row) => `(${row})`)}`).run();
    const names = ['had', 'on', 'never'];
    const person = (id: string) => `'${id}', '${id}@example.com', '${id}@example.com', '${id}', '${id}', 1, 1`;
    await rows('users', 'id, email, email_key, username, display_name, created_at, updated_at', ...names.map(person));
    const channel = (id: string) => `'${id}', '${id}', '${id}', 1, 1`;
    await rows('channels', 'id, creator_id, title, created_at, updated_at', ...names.map(channel));
    await rows(
      'streams',
      'id, channel_id, creator_id, title, status, started_at, created_at, updated_at',
      "'1', 'had', 'had', '', 'ended', 1, 1, 1",
      "'2', 'on', 'on', '', 'ended', 1, 1, 1",
      "'3', 'on', 'on', '', 'live', 5, 1, 1",
    );
  });
  await withDatabase(state, async (database) => {
    await migrate(database);
    const { results } = await database.prepare('SELECT id, media_room AS room FROM channels ORDER BY id').all();
    expect(results).toEqual([
      { id: 'had', room: expect.stringMatching(/^[0-9a-f]{32}$/) },
      { id: 'never', room: null },
      { id: 'on', room: null },
    ]);
    const shows = await database.prepare('SELECT id, media_room, published_at FROM streams ORDER BY id').raw();
    expect(shows).toEqual([
      ['1', null, null],
      ['2', null, null],
      ['3', null, 5],
    ]);
  });
});

it('0051 put the coins of every wallet into a lot, and leave debts and old spends as they are', async () => {
  const all = listMigrations();
  const today = all.findIndex((name) => name.startsWith('0051'));
  await withDatabase(state, async (database) => {
    await migrate(database, all.slice(0, today));
    const account = (id: number, owner: string) => `(${id}, '${owner}', 'wallet', 'coin')`;
    const moved = (id: number, from: number, to: number, kind: string, amount: number, ref: string) =>
      `(${id}, '${kind}', 'purchase', '${ref}', ${id}, ${from}, ${to}, ${amount}, 0, NULL,
        (SELECT balance FROM ledger_accounts WHERE id = ${from}) - ${amount}, NULL,
        (SELECT balance FROM ledger_accounts WHERE id = ${to}) + ${amount})`;
    const columns = `id, kind, ref_type, ref_id, leg, debit_id, credit_id, amount, created_at,
      debit_previous_id, debit_balance, credit_previous_id, credit_balance`;
    const wallets = [account(100, 'rich'), account(101, 'indebted'), account(102, 'empty')];
    await database.prepare(`INSERT INTO ledger_accounts (id, owner, kind, unit) VALUES ${wallets.join(', ')}`).run();
    await database
      .prepare(`INSERT INTO ledger_transfers (${columns}) VALUES ${moved(1, 1, 100, 'purchase', 70, 'p')}`)
      .run();
    const taken = moved(2, 101, 1, 'purchase_reversal', 30, 'q').replace(
      'NULL,\n        (SELECT balance FROM ledger_accounts WHERE id = 1) +',
      '1,\n        (SELECT balance FROM ledger_accounts WHERE id = 1) +',
    );
    await database.prepare(`INSERT INTO ledger_transfers (${columns}) VALUES ${taken}`).run();
    await database
      .prepare(
        `INSERT INTO gifts_sent (id, quantity, coins, diamonds, sender_id, recipient_id, economy_version,
          idempotency_key, body_hash, created_at) VALUES ('g', 1, 2, 1, 'rich', 'c', 1, 'k', '', 0)`,
      )
      .run();
  });
  await withDatabase(state, async (database) => {
    await migrate(database);
    const lots = await database.prepare('SELECT user_id, source_type, coins, lost, remaining FROM coin_lots').raw();
    expect(lots).toEqual([
      ['rich', 'untraced', 70, 0, 70],
      ['indebted', 'untraced', 0, 30, 0],
    ]);
    expect(await database.prepare('SELECT lot_id, lot_coins FROM gifts_sent').raw()).toEqual([[0, 0]]);
  });
});

it('0054 keep every payout, and show creators none of the provider’s words', async () => {
  const all = listMigrations();
  const today = all.findIndex((name) => name.startsWith('0054'));
  await withDatabase(state, async (database) => {
    await migrate(database, all.slice(0, today));
    const add = (id: string, status: string, method: string, reason: string | null = null) =>
      database
        .prepare(
          `INSERT INTO payouts (id, user_id, source, diamonds, amount_minor, fee_minor, currency, method, status, reason,
             economy_version, idempotency_key, body_hash, requested_at)
           VALUES (?1, 'ada', 'diamonds', 10, 9, 1, 'USD', ?2, ?3, ?4, 1, ?1, '', 1)`,
        )
        .bind(id, method, status, reason)
        .run();
    for (const status of ['requested', 'approved', 'processing', 'paid', 'rejected'])
      await add(status, status, 'stripe');
    await add('by-provider', 'failed', 'stripe', 'balance_insufficient: You have too little.');
    await add('by-staff', 'failed', 'stripe', 'The name differs.');
    await add('by-bank', 'failed', 'bank', 'The bank refused it.');
    await database.batch([
      database.prepare(`INSERT INTO users (id, email, email_key, username, display_name, created_at, updated_at)
        VALUES ('owner', 'o@example.com', 'o@example.com', 'owner', 'Owner', 1, 1)`),
      database.prepare(`INSERT INTO staff_log (id, staff_id, action, target_type, target_id, created_at)
        VALUES ('1', 'owner', 'payout.reject', 'payout', 'by-staff', 1)`),
      database.prepare(`INSERT INTO payout_accounts VALUES ('ada', 'stripe', 'acct_1', 1, 1, 1)`),
    ]);
    await migrate(database);
    const { results } = await database
      .prepare('SELECT id, status, reason, provider_reason AS theirs, account_id AS account FROM payouts ORDER BY id')
      .all();
    const row = (id: string, status: string, reason: string | null = null, theirs: string | null = null) => ({
      ...{ id, status, reason, theirs },
      account: status === 'processing' ? 'acct_1' : null,
    });
    const ours = 'The payout provider could not send it to your account.';
    expect(results).toEqual([
      row('approved', 'approved'),
      row('by-bank', 'failed', 'The bank refused it.'),
      row('by-provider', 'failed', ours, 'balance_insufficient: You have too little.'),
      row('by-staff', 'failed', 'The name differs.'),
      ...['paid', 'processing', 'rejected', 'requested'].map((status) => row(status, status)),
    ]);
    const move = (from: string, to: string) =>
      database.prepare('UPDATE payouts SET status = ? WHERE status = ?').bind(to, from).run();
    await move('paid', 'returned');
    for (const [from, to] of [
      ['returned', 'paid'],
      ['processing', 'approved'],
      ['requested', 'returned'],
    ] as const)
      await expect(move(from, to)).rejects.toThrow('PAYOUT_STATUS');
  });
});

it('0056 keep the key that resumed a subscription', async () => {
  const all = listMigrations();
  const before = all.filter((name) => name < '0056');
  await withDatabase(state, async (database) => {
    await migrate(database, before);
    await database.batch([
      database.prepare(
        `INSERT INTO subscription_tiers (id, creator_id, name, coins_per_month, created_at, updated_at)
         VALUES ('t', 'ada', 'Friends', 10, 1, 1)`,
      ),
      ...['ben', 'cyd'].map((id) =>
        database
          .prepare(
            `INSERT INTO subscriptions (id, subscriber_id, creator_id, tier_id, coins_per_month, status, months, started_at,
              period_ends_at, idempotency_key, body_hash, resumed_key, resumed_hash, created_at)
             VALUES (?1, ?1, 'ada', 't', 10, 'active', 1, 1, 2, 'first', 'hash', ?2, ?3, 5)`,
          )
          .bind(id, ...(id === 'ben' ? ['again', 'other'] : [null, null])),
      ),
    ]);
  });
  await withDatabase(state, async (database) => {
    await migrate(database);
    const { results } = await database.prepare('SELECT * FROM subscription_resumptions').all();
    expect(results).toEqual([
      {
        ...{ subscriber_id: 'ben', idempotency_key: 'again', body_hash: 'other' },
        ...{ subscription_id: 'ben', created_at: 5 },
      },
    ]);
  });
});

it('0057 numbers what was paid before in the order of payment, by kind and year, and goes on from there', async () => {
  const all = listMigrations();
  const today = all.findIndex((name) => name.startsWith('0057'));
  const purchase = (id: string, paidAt: string | null) =>
    `INSERT INTO purchases (id, user_id, package_id, package_name, coins, bonus_coins, amount_minor, currency, status,
       provider, economy_version, success_url, cancel_url, idempotency_key, body_hash, created_at, expires_at, paid_at)
     VALUES ('${id}', 'ada', 'p', '', 1, 0, 1, 'USD', 'pending', 'sandbox', 1, '', '', '${id}', '', 1, 1,
       ${paidAt === null ? 'NULL' : Date.parse(`${paidAt}Z`)})`;
  await withDatabase(state, async (database) => {
    await migrate(database, all.slice(0, today));
    await database.batch(
      [
        purchase('third', '2026-01-01T00:00:01'),
        purchase('first', '2025-12-31T23:59:59'),
        purchase('second', '2026-01-01T00:00:00'),
        purchase('unpaid', null),
        `INSERT INTO payouts (id, user_id, source, diamonds, amount_minor, fee_minor, currency, method, status,
           economy_version, idempotency_key, body_hash, requested_at, paid_at)
         VALUES ('cash', 'ada', 'diamonds', 1, 1, 0, 'USD', 'bank', 'paid', 1, 'cash', '', 1, 1767225600000)`,
      ].map((statement) => database.prepare(statement)),
    );
  });
  await withDatabase(state, async (database) => {
    await migrate(database);
    await database.prepare("UPDATE purchases SET paid_at = 1767225700000 WHERE id = 'unpaid'").run();
    const rows = await database.prepare('SELECT kind, year, number, ref_id FROM receipts ORDER BY 1, 2, 3').raw();
    expect(rows).toEqual([
      ['payout', 2026, 1, 'cash'],
      ['purchase', 2025, 1, 'first'],
      ['purchase', 2026, 1, 'second'],
      ['purchase', 2026, 2, 'third'],
      ['purchase', 2026, 3, 'unpaid'],
    ]);
  });
});

it('0058 keeps the prices that tiers have had, and more failed checkouts than are allowed today', async () => {
  const all = listMigrations();
  const purchase = (id: string, status: string) =>
    `INSERT INTO purchases (id, user_id, package_id, package_name, coins, bonus_coins, amount_minor, currency, status,
       provider, economy_version, success_url, cancel_url, idempotency_key, body_hash, created_at, expires_at, counted_at)
     VALUES ('${id}', 'ada', 'p', '', 1, 0, 1, 'USD', '${status}', 'sandbox', 1, '', '', '${id}', '', 1, 99, 1)`;
  const run = async (...statements: string[]) =>
    withDatabase(state, (database) => database.batch(statements.map((statement) => database.prepare(statement))));
  await withDatabase(state, (database) =>
    migrate(
      database,
      all.filter((name) => name < '0058'),
    ),
  );
  await run(
    ...['1', '2', '3', '4'].map((id) => purchase(id, 'failed')),
    `INSERT INTO subscription_tiers (id, creator_id, name, coins_per_month, created_at, updated_at)
     VALUES ('t', 'ada', 'Friends', 20, 1, 1)`,
    `INSERT INTO subscriptions (id, subscriber_id, creator_id, tier_id, coins_per_month, status, months, started_at,
       period_ends_at, idempotency_key, body_hash, created_at)
     VALUES ('s', 'ben', 'ada', 't', 10, 'active', 1, 1, 2, 'first', 'hash', 5)`,
  );
  await withDatabase(state, (database) => migrate(database));
  await expect(run(purchase('5', 'pending'))).rejects.toThrow('CHECKOUTS_OPEN');
  await run("UPDATE purchases SET processing_at = 1 WHERE id > '2'", purchase('5', 'pending'));
  for (const coins of [30, 30, 10]) await run(`UPDATE subscription_tiers SET coins_per_month = ${coins}`);
  await withDatabase(state, async (database) => {
    const prices = await database.prepare('SELECT tier_id, coins_per_month FROM subscription_tier_prices').raw();
    expect(prices).toEqual([
      ['t', 10],
      ['t', 20],
      ['t', 30],
    ]);
  });
});

it('0053 keep events in every state, and purchases and codes that today would be too many', async () => {
  const all = listMigrations();
  const today = all.findIndex((name) => name.startsWith('0053'));
  const states = ['stored', 'processed', 'held', 'failed'];
  await withDatabase(state, async (database) => {
    await migrate(database, all.slice(0, today));
    const rows = (table: string, columns: string, ...values: string[]) =>
      database.prepare(`INSERT INTO ${table} (${columns}) VALUES ${values.map((row) => `(${row})`)}`).run();
    await rows(
      'webhook_events',
      'id, provider, event_id, type, payload, received, state, received_at, processed_at',
      ...states.map((each) => `'${each}', 'stripe', '${each}', 't', '{}', '{}', '${each}', 1, null`),
    );
    const purchase = (id: string) =>
      `'${id}', 'ada', 'p', 'A bag', 1, 0, 1, 'USD', 'pending', 'stripe', 'C', 1, '', '', '${id}', '', 1, 99, 1`;
    await rows(
      'purchases',
      'id, user_id, package_id, package_name, coins, bonus_coins, amount_minor, currency, status, provider, ' +
        'discount_code, economy_version, success_url, cancel_url, idempotency_key, body_hash, created_at, expires_at, counted_at',
      ...['1', '2', '3', '4'].map(purchase),
    );
    await rows(
      'discount_codes',
      'id, code, kind, promotion, bonus_coins, created_at, updated_at',
      "'c', 'C', 'promotional', 'c', 1, 1, 1",
    );
    await rows(
      'discount_redemptions',
      'purchase_id, code_id, promotion, user_id, state, created_at, updated_at',
      ...['1', '2'].map((id) => `'${id}', 'c', 'c', 'ada', 'reserved', 1, 1`),
    );
  });
  await withDatabase(state, async (database) => {
    await migrate(database);
    const events = await database.prepare('SELECT state, payload, decision FROM webhook_events ORDER BY rowid').raw();
    expect(events).toEqual(states.map((each) => [each, '{}', null]));
    const statuses = await database.prepare('SELECT DISTINCT status, processing_at FROM purchases').raw();
    expect(statuses).toEqual([['pending', null]]);
    // Both of the reservations can still be redeemed.
    await database.prepare("UPDATE discount_redemptions SET state = 'redeemed'").run();
    expect(await database.prepare('SELECT uses FROM discount_codes').first('uses')).toBe(2);
  });
});

it('0074 finds who hides somewhere, and keeps names as they are', async () => {
  const all = listMigrations();
  const today = all.findIndex((name) => name.startsWith('0074'));
  await withDatabase(state, async (database) => {
    await migrate(database, all.slice(0, today));
    await database.exec(
      `INSERT INTO users (id, email, email_key, username, display_name, created_at, updated_at) VALUES ('ada', 'a', 'a', 'ada', 'Ada', 1, 1), ('ben', 'b', 'b', 'ben', 'Ben', 1, 1)`,
    );
    await database.exec("INSERT INTO blocked_regions (creator_id, region) VALUES ('ada', 'DE'), ('ada', 'US-CA')");
    await migrate(database);
    const hiding = async () => {
      const { results } = await database.prepare('SELECT id FROM users WHERE hides_somewhere = 1 ORDER BY id').all();
      return results.map(({ id }) => id);
    };
    expect(await hiding()).toEqual(['ada']);
    await database.exec("INSERT INTO blocked_regions (creator_id, region) VALUES ('ben', 'FR')");
    await database.exec("DELETE FROM blocked_regions WHERE region = 'DE'");
    expect(await hiding()).toEqual(['ada', 'ben']);
    await database.exec("DELETE FROM blocked_regions WHERE region <> 'DE'");
    expect(await hiding()).toEqual([]);
    const names = await database.prepare('SELECT username, display_name, account_username FROM users').raw();
    expect(names).toEqual([
      ['ada', 'Ada', null],
      ['ben', 'Ben', null],
    ]);
  });
});
