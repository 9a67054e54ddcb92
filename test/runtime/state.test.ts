import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newState, StateStore } from '../../lib/runtime/state';
import { temporaryHome } from '../helpers/home';
import { tryMountTmpfs, unmount } from '../helpers/mount';
import { WEB } from '../plan/fixtures';

const paths = temporaryHome();
const store = new StateStore(paths.services);

describe('StateStore', () => {
  it('gives back what it was given, in a file for its owner only', async () => {
    await store.load();
    await store.save(newState('web', '/stack'));

    expect((await store.load()).states).toEqual([newState('web', '/stack')]);
    expect(statSync(join(paths.services, 'web.json')).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, 40), /is not JSON/],
    [
      'with a field too many',
      (text: string) => text.replace('{', '{"colour": 1,'),
      /^invalid state file: .*colour/,
    ],
    ['of a later format', (text: string) => text.replace(/("formatVersion": )1/, '$12'), /formatVersion/],
    ['of another service', (text: string) => text.replace('"web"', '"api"'), /^it is about 'api'$/],
    ['empty', () => '', /is not JSON/],
  ])('sets aside a file that is %s', async (_, damage, reason) => {
    await store.save(newState('web', '/stack'));
    const file = join(paths.services, 'web.json');
    const damaged = damage(readFileSync(file, 'utf8'));
    writeFileSync(file, damaged);

    const { states, corrupt } = await store.load();

    expect(states).toEqual([]);
    expect(corrupt).toMatchObject([{ service: 'web', reason: expect.stringMatching(reason) }]);
    expect(readFileSync(corrupt[0]!.keptAs, 'utf8')).toBe(damaged);
    expect(await store.load()).toEqual({ states: [], corrupt: [] });
  });

  it('clears away what a write that was cut off left', async () => {
    writeFileSync(join(paths.services, 'web.json.123456'), 'half');

    await store.load();

    expect(readdirSync(paths.services)).not.toContain('web.json.123456');
  });

  it('refuses to save on a full disk, and what was saved before stays', async () => {
    const folder = mkdtempSync(join(paths.home, 'full-'));
    if (!tryMountTmpfs(folder, 'size=8k')) return;
    try {
      const small = new StateStore(folder);
      await small.save(newState('web', '/stack'));
      writeFileSync(join(folder, 'taken'), Buffer.alloc(4096));

      await expect(small.save(newState('web', '/other'))).rejects.toMatchObject({
        code: 'runtime.state',
        message: `the runtime's state cannot be written to '${folder}': the disk is full`,
        remedy: 'Free some space and deploy again.',
      });

      expect((await small.load()).states).toEqual([newState('web', '/stack')]);
    } finally {
      unmount(folder);
    }
  });
});

test('state from before images could have an initrd is read as without one', async () => {
  const kept = { ...newState('old', '/stack'), spec: WEB };
  await store.save(kept);
  const file = join(paths.services, 'old.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/,\s*"initrd": null/, ''));
  expect(readFileSync(file, 'utf8')).not.toContain('initrd');
  expect((await store.load()).states).toContainEqual(kept);
});
