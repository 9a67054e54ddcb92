/** What AWS takes around an image, for all who refuse what it would not: synth, the provider, and the calls themselves. */

export const AWS_REGION = /^[a-z]{2}(-[a-z]+)+-\d+$/;

/** EBS direct takes no alias and no bare id (EBS API, StartSnapshot). */
export const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/;

export const ACCOUNT_ID = /^\d{12}$/;

/** The names of an image's copies are kept in one tag of it. */
export const MAX_COPIES = 16;

/** Tags of a user: 50 on a resource (EC2 User Guide, "Tag your resources"), less the seven that Kiln may add itself. */
export const MAX_TAGS = 43;

/** AWS' own tags, and Kiln's. */
export const RESERVED_TAG = /^(aws|kiln):/i;

/** Characters of a tag: EBS direct takes less than EC2 does, 128 and 256, and the snapshot has the image's (EBS API, Tag). */
export const MAX_TAG_KEY = 127;
export const MAX_TAG_VALUE = 255;
