export { buildImage } from './build-image';
export type { BuildPlace, BuiltImage, Expectation, Recipe } from './recipe';
