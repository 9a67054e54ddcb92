/** Earlier images of a service that stay in a cloud where nothing else is said. */
export const KEPT_IMAGES = 5;

/** As many as may be asked for. */
export const MOST_KEPT_IMAGES = 1000;
