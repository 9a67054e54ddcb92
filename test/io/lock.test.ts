import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tryLock } from '../../lib/io/lock';
import { temporaryHome } from '../helpers/home';

const { home } = temporaryHome();

describe('tryLock', () => {
  it('gives a role in a folder to one at a time', async () => {
    const first = await tryLock(home, 'runtime');

    expect(await tryLock(home, 'runtime')).toBeUndefined();
    const other = await tryLock(home, 'balancer');
    expect(other).toBeDefined();

    first?.release();
    other?.release();
    const next = await tryLock(home, 'runtime');
    expect(next).toBeDefined();
    next?.release();
  });

  it('knows a folder by another path too', async () => {
    const alias = join(home, 'alias');
    const folder = join(home, 'folder');
    mkdirSync(folder);
    symlinkSync(folder, alias);
    const lock = await tryLock(folder, 'runtime');

    expect(await tryLock(alias, 'runtime')).toBeUndefined();
    lock?.release();
  });
});
