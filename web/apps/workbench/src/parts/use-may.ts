import { sessionQuery } from "@lantai/client";
import { useQuery } from "@tanstack/react-query";
import { may } from "./may";

/** Whether whoever is signed in may do something: a word of the policies. The server decides; this only hides. */
export function useMay(): (action: string) => boolean {
  const { data: session } = useQuery(sessionQuery());
  return (action) => session !== undefined && may(session, action);
}
