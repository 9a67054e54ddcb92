export { type FatEntry, findFatFile, listFatFolder, openFatFile } from './directory';
export { type FatVolume, tryOpenFat } from './volume';
