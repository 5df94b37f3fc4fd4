/** The version of Footlight, from package.json alone. */
export { version as VERSION } from '../../package.json';
