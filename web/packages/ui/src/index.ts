export { copyText, CopyButton } from "./copy";
export { describeError } from "./describe-error";
export { ErrorBoundary } from "./error-boundary";
export { Highlighted, splitByRanges } from "./highlighted";
export { downloadAddress, isPdf, isShownPicture, shortName } from "./media";
export { randomKey } from "./random-key";
export { useDelayed } from "./use-delayed";
