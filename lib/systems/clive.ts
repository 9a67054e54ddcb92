import type { DocumentedSystem } from './system';

export const clive: DocumentedSystem = {
  id: 'clive',
  title: 'Clive',
  recognise: () => undefined,
  variants: [
    {
      id: 'none',
      row: 'Clive',
      title: 'Clive',
      files: 'none is published',
      drivers: { has: [] },
      arguments: 'none',
      argumentStyle: 'fixed',
      cannotBoot: 'no image format is published: its packages run on a host operating system',
      proof: 'none',
    },
  ],
  about: {
    language: "Go, with Lsub's own compiler",
    licence: 'not established',
    status: 'a public archive',
    recognition: 'cannot be told: the repository has no boot code, and no image was found',
    userData: 'none',
    console: 'none',
    build: 'none makes an image that boots',
    sources: [
      ['public archive', 'https://github.com/fjballest'],
      ['needs its own Go compiler', 'http://lsub.org/ls/clive.html'],
      ['938 files, none of them assembly or boot code', 'fjballest/clive: the repository'],
    ],
  },
};
