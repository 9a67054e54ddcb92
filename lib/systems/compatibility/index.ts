export { alternativesFor, platformsFor } from './alternatives';
export { type BootRoute, bootRouteOf } from './boot-route';
export { type BootableImage, describeProtocols, labelOf, startsOn } from './bootable-image';
export { type Compatibility, compatibilityOf } from './compatibility';
export { LEGEND, type PrintedCell, type PrintedTable, withFootnotes } from './footnotes';
export { requireRunsOn } from './require-runs-on';
export { compatibilityTable, type TableCell, type TableRow, typicalImage } from './table';
export type { Verdict } from './verdict';
