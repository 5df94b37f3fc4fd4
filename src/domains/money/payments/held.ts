/** An event that we understand and must not apply: its message tells staff why. */
export class HeldForStaff extends Error {
  override name = 'HeldForStaff';
}
