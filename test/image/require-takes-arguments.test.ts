import { bufferReader, inspectImage, requireTakesArguments } from '../../lib/image';
import * as images from '../fixtures/images';
import { SYSTEM_FILES } from '../fixtures/systems';
import { refusal } from '../helpers/refusal';

const kernel = (bytes: Buffer | undefined) => inspectImage(bufferReader(bytes as Buffer, 'web.bin'));
const rumprun = kernel(SYSTEM_FILES['rumprun hw']?.());

test('words that no boot loader changes reach a kernel that knows no quoting', () => {
  expect(() => requireTakesArguments(rumprun, ['_RUMPRUN_ROOTFSCFG=/json.cfg'])).not.toThrow();
  expect(() => requireTakesArguments(rumprun, [])).not.toThrow();
});

test.each([
  ['{"cmdline":"web"}', '{\\"cmdline\\":\\"web\\"}'],
  ['a b', '"a b"'],
])('refuses %s for a kernel that knows no quoting, and says what would arrive', (word, line) => {
  expect(refusal(() => requireTakesArguments(rumprun, [word]))).toEqual([
    'image.boot-args',
    `the boot arguments of 'web.bin' become the command line ${line}, and Rumprun knows no quoting`,
  ]);
});

test('other kernels get them quoted, and refuse what no command line carries', () => {
  const other = kernel(images.unikraft());
  expect(() => requireTakesArguments(other, ['{"a": 1}'])).not.toThrow();
  expect(refusal(() => requireTakesArguments(other, ['a\nb']))[0]).toBe('image.boot-args');
});
