export { TextsProvider, useTexts, type Catalogues, type Language, type Texts } from "./texts";
