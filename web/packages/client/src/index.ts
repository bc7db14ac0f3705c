export { api, shouldAskAgain, unwrap, type Schemas } from "./api";
export * from "./accessions";
export * from "./actions";
export * from "./filing";
export * from "./quality";
export * from "./problem";
export * from "./progress";
export * from "./queries";
export * from "./upload";
