import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdktf';
import { UnikernelImage, UnikernelService } from '../../constructs';
import { hashImage } from '../../lib/image';
import { LocalStack } from '../../stacks';
import { kernelFile, temporaryFolder } from './fixtures';

/** What lies in the folder of staged images after a synth of one service. */
function staged(outdir: string, kernel: string): string[] {
  const app = new App({ outdir });
  const stack = new LocalStack(app, 'shop');
  new UnikernelService(stack, 'web', { image: UnikernelImage.fromKernel(kernel), port: 80 });
  app.synth();
  return readdirSync(join(outdir, 'stacks/shop/images'));
}

test('an image that no synth has needed for a day is deleted, one of the last deploy is not', () => {
  const outdir = temporaryFolder();
  const [first, second, third] = ['1', '2', '3'].map((text) => kernelFile({ text })) as [
    string,
    string,
    string,
  ];
  const name = (kernel: string) => `${hashImage(kernel).sha256}.elf`;
  staged(outdir, first);
  expect(staged(outdir, second).sort()).toEqual([name(first), name(second)].sort());
  utimesSync(join(outdir, 'stacks/shop/images', name(first)), 1, 1);

  expect(staged(outdir, third).sort()).toEqual([name(second), name(third)].sort());
});

test('an image that is needed again stays, however long ago it was staged', () => {
  const outdir = temporaryFolder();
  const kernel = kernelFile();
  const [name] = staged(outdir, kernel);
  const path = join(outdir, 'stacks/shop/images', name as string);
  utimesSync(path, 1, 1);

  staged(outdir, kernel);

  expect(existsSync(path)).toBe(true);
});
