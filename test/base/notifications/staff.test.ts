/** What waits for staff: who is notified, and for how long it counts. */
import { describe, expect, it } from 'vitest';
import { asApplicant } from '#test/support/applications';
import { testContext } from '#test/support/context';
import { asStaff, type Person } from '#test/support/users';
import { notifyStaff } from '@/domains/base/notifications/notify-staff';

const waitingFor = async (person: Person) =>
  (await person.get('user/notifications')).data.items.map(
    ({ title, data, read }: { title: string; data: { count: number }; read: boolean }) => [title, data.count, read],
  );
const applications = (count: number, read = false) => [
  [`Creator applications that wait for you: ${count}`, count, read],
];

describe('an application', () => {
  it('notifies those who may decide on it, and no one else', async () => {
    const mayDecide = [
      await asStaff('owner'),
      await asStaff('admin_l3'),
      await asStaff('support', { granted: ['canApproveCreators'] }),
      await asStaff('country_admin', { country: 'PT' }),
    ];
    const mayNot = [
      await asStaff('support'),
      await asStaff('admin_l3', { denied: ['canApproveCreators'] }),
      await asStaff('country_admin', { country: 'DE' }),
    ];
    const applicant = await asApplicant({ country: 'PT' });
    for (const person of mayDecide) await expect.poll(() => waitingFor(person)).toEqual(applications(1));
    for (const person of [...mayNot, applicant]) expect(await waitingFor(person)).toEqual([]);
  });

  it('of a member of staff notifies neither them nor their equals', async () => {
    const [owner, equal] = [await asStaff('owner'), await asStaff('admin_l3')];
    const applicant = await asApplicant({ rank: 'admin_l3' });
    await expect.poll(() => waitingFor(owner)).toEqual(applications(1));
    for (const person of [equal, applicant]) expect(await waitingFor(person)).toEqual([]);
  });

  it('counts until it is decided, and is news again once it is amended', async () => {
    const reviewer = await asStaff('admin_l3');
    const [one, other] = [await asApplicant(), await asApplicant()];
    await expect.poll(() => waitingFor(reviewer)).toEqual(applications(2));
    await reviewer.put('user/notifications/read-all');
    const reject = (id: string) => reviewer.put(`admin/creator-applications/${id}/reject`, { reason: 'Too short.' });
    await reject(one.applicationId);
    expect(await waitingFor(reviewer)).toEqual(applications(1, true));
    await one.put('creator/application', { profile: { bio: 'A longer text.' } });
    await expect.poll(() => waitingFor(reviewer)).toEqual(applications(2));
    await reject(one.applicationId);
    await reject(other.applicationId);
    expect(await waitingFor(reviewer)).toEqual([]);
  });

  it('whose event comes twice, or after the decision, counts once or not at all', async () => {
    const reviewer = await asStaff('admin_l3');
    const { applicationId: id, userId: subjectId } = await asApplicant();
    const again = async () => {
      const ctx = testContext();
      await notifyStaff(ctx, { matter: 'creator-application', id, subjectId });
      await ctx.settle();
    };
    await again();
    expect(await waitingFor(reviewer)).toEqual(applications(1));
    await reviewer.put(`admin/creator-applications/${id}/reject`, { reason: 'Too short.' });
    await again();
    expect(await waitingFor(reviewer)).toEqual([]);
  });
});
