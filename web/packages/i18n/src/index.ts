export { explainReading } from "./reading";
export { TextsProvider, useTexts, type Catalogues, type Language, type Texts } from "./texts";
