/** Earlier images of a service that stay in a cloud where nothing else is said. */
export const KEPT_IMAGES = 5;
