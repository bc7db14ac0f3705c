export { elementName, explainFinding, isValue } from "./explain-finding";
export { explainReading } from "./reading";
export { TextsProvider, useTexts, type Catalogues, type Language, type Texts } from "./texts";
