import { daemonEnvironment } from '../../lib/runtime/spawning';

test('the daemon gets the environment without what belongs to one command', () => {
  const kept = { PATH: '/bin', KILN_HOME: '/home/me/.kiln', KILN_QEMU: 'qemu', TMPDIRECTORY: '/elsewhere' };
  const ofTheRun = {
    TF_DATA_DIR: '/data',
    PLUGIN_MIN_PORT: '1',
    KILN_PROGRESS: '/p',
    TMPDIR: '/tmp/kiln-plan-x',
  };

  expect(daemonEnvironment({ ...kept, ...ofTheRun })).toEqual(kept);
});
