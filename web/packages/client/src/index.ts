export { api, shouldAskAgain, unwrap, type Schemas } from "./api";
export * from "./actions";
export * from "./problem";
export * from "./progress";
export * from "./queries";
export * from "./upload";
