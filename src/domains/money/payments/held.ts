/** A payment event that we understand but must not apply. Its message tells staff why. */
export class HeldForStaff extends Error {
  override name = 'HeldForStaff';
}
