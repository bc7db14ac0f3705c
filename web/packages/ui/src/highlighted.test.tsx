import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { Highlighted } from "./highlighted";

const marked = (text: string, ranges: number[][]) =>
  [...render(<Highlighted text={text} ranges={ranges} />).container.querySelectorAll("mark")].map(
    (mark) => mark.textContent,
  );

test("ranges count code points, so a rare character moves nothing", () => {
  expect(marked("𠮷叔的病仍宜请郎中", [[3, 4]])).toEqual(["病"]);
  expect(marked("𠮷叔", [[0, 1]])).toEqual(["𠮷"]);
});

test("ranges may touch, overlap, come in any order or reach too far", () => {
  expect(
    marked("石门水库", [
      [2, 4],
      [0, 1],
    ]),
  ).toEqual(["石", "水库"]);
  expect(
    marked("石门水库", [
      [0, 3],
      [1, 4],
    ]),
  ).toEqual(["石门水", "库"]);
  expect(marked("石门", [[1, 99]])).toEqual(["门"]);
  expect(marked("石门", [[5, 9]])).toEqual([]);
});

test("the text itself is never changed", () => {
  const { container } = render(
    <Highlighted
      text={"一\n𠮷<b>二"}
      ranges={[
        [1, 3],
        [2, 5],
      ]}
    />,
  );
  expect(container.textContent).toBe("一\n𠮷<b>二");
});
