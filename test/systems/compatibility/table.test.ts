import { compatibilityTable, platforms, systems } from '../../../lib/systems';
import { DEVIATIONS, PUBLISHED } from './published-table';

const table = compatibilityTable();
const SIGNS = { yes: 'Y', no: '-', unknown: '?' } as const;

const cells = Object.entries(PUBLISHED).flatMap(([row, line]) =>
  line.split(' ').map((published, column) => [row, platforms[column]?.id ?? '', published] as const),
);

test('every row and column that is published is computed, and none more', () => {
  expect(table.map(({ title }) => title).sort()).toEqual(Object.keys(PUBLISHED).sort());
  expect(new Set(cells.map(([, platform]) => platform)).size).toBe(platforms.length);
});

test.each(cells)(
  '%s on %s is as published (%s), or the deviation is explained',
  (row, platform, published) => {
    const deviation = DEVIATIONS.find((one) => one.row === row && one.platform === platform);
    const cell = cellOf(row, platform);
    const sign = SIGNS[cell.verdict];
    const throughGrub = published.endsWith('G') && cell.how === 'through a GRUB disk' ? 'G' : '';
    expect(`${sign}${throughGrub}`).toBe(deviation?.computed ?? published);
    if (deviation) expect(deviation.published).toBe(published);
  },
);

test('every deviation is one, is of a cell, and has a reason', () => {
  for (const { row, platform, published, computed, because } of DEVIATIONS) {
    expect(cells).toContainEqual([row, platform, published]);
    expect(computed).not.toBe(published);
    expect(because.length).toBeGreaterThan(30);
  }
});

test('every cell that is no yes has a reason, and a yes has none', () => {
  const faults = table.flatMap(({ title, cells }) =>
    cells
      .filter(({ verdict, reasons }) => (verdict === 'yes') !== (reasons.length === 0))
      .map(({ platform }) => `${title} on ${platform.id}`),
  );
  expect(faults).toEqual([]);
});

test('what can be started says how', () => {
  const faults = table.flatMap(({ cells }) => cells.filter(({ verdict, how }) => verdict !== 'no' && !how));
  expect(faults).toEqual([]);
});

test('every variant of every system is in one row', () => {
  const shown = table.flatMap(({ system, variants }) => variants.map(({ id }) => `${system.id} ${id}`));
  const all = systems.flatMap((system) => (system.variants ?? []).map(({ id }) => `${system.id} ${id}`));
  expect(shown.sort()).toEqual(all.sort());
});

function cellOf(row: string, platform: string) {
  const cell = table.find(({ title }) => title === row)?.cells.find((one) => one.platform.id === platform);
  if (!cell) throw new Error(`no cell ${row}, ${platform}`);
  return cell;
}
