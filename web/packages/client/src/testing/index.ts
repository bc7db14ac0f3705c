export * from "./samples";
export { problemAnswer, server } from "./server";
