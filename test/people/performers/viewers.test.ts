import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { asPerformer, goAnonymous } from '#test/support/performers';
import { aUser, joinRoom } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asStaff, asViewer, type Person } from '#test/support/users';

const URL_ = 'performer/privacy-settings';

const guest = client();
const from = (region: string, { headers }: Pick<Person, 'headers'> = guest) =>
  client({ ...headers, 'x-dev-country': region });

describe('who is watching', () => {
  const viewersOf = (who: Pick<Person, 'get'>, id: string) => who.get(`stream/${id}/viewers`);

  it("leaves the creator's own setting of the stream unchanged for editing", async () => {
    const creator = await asPerformer();
    const streamId = await anOpenStream(creator, { status: 'scheduled', showViewers: true });
    await creator.put(URL_, { showViewerList: false });
    const { showViewers } = (await creator.get(`sessions/${streamId}`)).data;
    expect(showViewers).toBe(true);
    expect((await (await asStaff('support')).get(`sessions/${streamId}`)).data.showViewers).toBe(true);
    for (const who of [guest, await asViewer()])
      expect((await who.get(`sessions/${streamId}`)).data.showViewers).toBe(false);
  });

  it('counts users that the reader may not see among the guests', async () => {
    const [creator, performer, blocker, other] = [
      await asCreator(),
      await asPerformer(),
      await asViewer(),
      await asViewer(),
    ];
    const streamId = await anOpenStream(creator);
    for (const { userId } of [performer, blocker, other]) await (await joinRoom(streamId, aUser({}, userId))).welcome();
    const reader = await asViewer();
    await performer.put(URL_, { blockedCountries: ['DE'] });
    expect((await blocker.post(`social/block/${reader.userId}`)).status).toBeLessThan(300);
    const namesFor = async (who: Pick<Person, 'get'>) => {
      const { users, guests, total } = (await viewersOf(who, streamId)).data;
      expect([users.length + guests, total]).toEqual([3, 3]);
      return users.map(({ id }: { id: string }) => id).toSorted();
    };
    const ids = (...people: Person[]) => people.map(({ userId }) => userId).toSorted();
    expect(await namesFor(from('DE', reader))).toEqual(ids(other));
    expect(await namesFor(reader)).toEqual(ids(performer, other));
    expect(await namesFor(from('DE'))).toEqual(ids(blocker, other));
    expect(await namesFor(guest)).toEqual(ids(performer, blocker, other));
    expect(await namesFor(from('DE', await asStaff('support')))).toEqual(ids(performer, blocker, other));
  });

  it('names the creator in their own room, however they watch others', async () => {
    const creator = await asPerformer();
    const streamId = await anOpenStream(creator);
    await (await joinRoom(streamId, aUser({ creator: true }, creator.userId))).welcome();
    await goAnonymous(creator);
    for (const who of [guest, creator])
      expect((await viewersOf(who, streamId)).data).toMatchObject({ users: [{ id: creator.userId }], guests: 0 });
  });

  it('is not revealed by the video', async () => {
    const creator = await asCreator();
    const streamId = await anOpenStream(creator);
    const hiddenIn = async (who: Pick<Person, 'post'>) => {
      const { video } = decodeJwt<{ video: { hidden: boolean } }>(
        (await who.post(`sessions/${streamId}/token`)).data.token,
      );
      return video.hidden;
    };
    for (const who of [guest, await asPerformer()]) expect(await hiddenIn(who)).toBe(true);
    expect(await hiddenIn(creator)).toBe(false);
  });

  it("is hidden if the performer shows no viewers, whatever the stream's setting", async () => {
    const creator = await asPerformer();
    const streamId = await anOpenStream(creator, { showViewers: true });
    expect((await viewersOf(guest, streamId)).status).toBe(200);
    await creator.put(URL_, { showViewerList: false });
    expect((await viewersOf(guest, streamId)).error.code).toBe('VIEWERS_HIDDEN');
    expect((await guest.get(`stream/${streamId}`)).data.showViewers).toBe(false);
    for (const who of [creator, await asStaff('support')]) expect((await viewersOf(who, streamId)).status).toBe(200);
    await creator.put(URL_, { showViewerList: true });
    expect((await viewersOf(guest, streamId)).status).toBe(200);
  });

  it('counts viewers who hide their names, and names them only to staff', async () => {
    const [creator, shy, open] = [await asCreator(), await asPerformer(), await asPerformer()];
    const streamId = await anOpenStream(creator);
    for (const { userId } of [shy, open]) await (await joinRoom(streamId, aUser({}, userId))).welcome();
    await goAnonymous(shy);
    for (const who of [guest, creator, shy])
      expect((await viewersOf(who, streamId)).data).toMatchObject({
        users: [{ id: open.userId }],
        guests: 1,
        total: 2,
      });
    const { users, guests } = (await viewersOf(await asStaff('support'), streamId)).data;
    expect([users.length, guests]).toEqual([2, 0]);
  });
});
