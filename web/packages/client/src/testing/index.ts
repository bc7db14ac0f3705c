export * from "./account-samples";
export * from "./quality-samples";
export * from "./samples";
export { problemAnswer, server } from "./server";
export * from "./accession-samples";
export * from "./exception-samples";
