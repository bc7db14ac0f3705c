import { personsQuery } from "@lantai/client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useDeferredValue, useState } from "react";

interface PersonFieldProps {
  id?: string;
  value?: string;
  onChange?: (person: string) => void;
}

/** A member of the staff, found by letters of the name. */
export function PersonField({ id, value, onChange }: PersonFieldProps) {
  const [typed, setTyped] = useState("");
  const { data } = useInfiniteQuery(personsQuery(null, useDeferredValue(typed.trim())));
  const persons = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Select
      {...(id !== undefined && { id })}
      {...(value !== undefined && { value })}
      {...(onChange && { onChange })}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      options={persons
        .filter((person) => !person.is_self)
        .map((person) => ({
          value: person.id,
          label: person.account ? `${person.name}（${person.account.name}）` : person.name,
        }))}
    />
  );
}
