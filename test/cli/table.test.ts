import { renderTable } from '../../lib/cli/table';
import { styleFor } from '../../lib/io/host';

test('columns are as wide as their widest cell, and colours do not count', () => {
  const red = (text: string) => `<${text}>`;
  expect(
    renderTable(['A', 'PHASE', 'C'], [['long name', { text: 'ok', paint: red }, '1']], styleFor(false)),
  ).toEqual(['  A          PHASE  C', '  long name  <ok   >  1']);
});
