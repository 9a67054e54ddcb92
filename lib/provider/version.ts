declare const KILN_VERSION: string | undefined;

/**
 * This build: the package's version and, in a bundle, a hash of its code. Runtimes of other builds are replaced, so that
 * a mended daemon takes over at the next deploy.
 */
export const BUILD: string = typeof KILN_VERSION === 'string' ? KILN_VERSION : '0.0.0+sources';

/** What Terraform knows the provider by. */
export const VERSION = BUILD.replace(/\+.*$/, '');
