import { type Schemas } from "@lantai/client";

/** Whether the posts of whoever is signed in allow an action at all; the server decides for each record. */
export const may = (session: Schemas["SessionBody"], action: string): boolean =>
  session.viewer.actions.includes(action);
