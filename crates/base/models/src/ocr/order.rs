//! In which order a person reads the lines of a page.
//!
//! Rows follow each other from the top; columns of a newspaper, and the two pages of an open book, are read one after
//! the other; cells of a table row by row. Vertical writing is the same turned: columns are its rows, from the right,
//! and the registers (栏) of a page its columns.

use lantai_domain::reading::{Direction, PageBox};

/// A column has at least so many lines.
const LEAST_LINES: usize = 3;
/// Lines of a column are so many times longer than thick: shorter ones are cells of a table.
const LEAST_LENGTH: f32 = 6.0;
/// Lines fill this share of the rows of a column.
const LEAST_FILL: f32 = 0.55;
/// The gap between columns, in thicknesses of a line.
const GUTTER: f32 = 0.8;
/// At most this share of lines goes across the gap: titles over two columns.
const MOST_CROSSING: f32 = 0.25;
/// Lines share a row where they have this share of the thinner one's thickness in common,
const SAME_ROW: f32 = 0.5;
/// and one is not more than so many times thicker than the other.
const SAME_SIZE: f32 = 2.6;
/// Places tried for a gap.
const MAX_TRIED: usize = 256;
/// Columns in columns in columns.
const MAX_DEPTH: usize = 12;

/// A box as a line that begins at `begin` and runs to `end`, and lies between `top` and `bottom` across.
#[derive(Debug, Clone, Copy)]
struct Item {
    index: usize,
    begin: f32,
    end: f32,
    top: f32,
    bottom: f32,
}

impl Item {
    fn thickness(&self) -> f32 {
        self.bottom - self.top
    }

    fn length(&self) -> f32 {
        self.end - self.begin
    }

    fn middle(&self) -> f32 {
        f32::midpoint(self.top, self.bottom)
    }
}

/// The order in which boxes are read: their indices. `direction` is that of the page's writing; boxes are those of
/// an upright page whose lines are level.
pub fn reading_order(boxes: &[PageBox], direction: Direction) -> Vec<usize> {
    let items: Vec<Item> = boxes
        .iter()
        .enumerate()
        .map(|(index, place)| {
            let (right, bottom) = (place.x + place.width, place.y + place.height);
            let (begin, end, top, bottom) = match direction {
                Direction::Horizontal => (place.x, right, place.y, bottom),
                Direction::Vertical => (place.y, bottom, -right, -place.x),
            };
            Item {
                index,
                begin,
                end,
                top,
                bottom,
            }
        })
        .collect();
    let mut order = Vec::with_capacity(items.len());
    read(items, 0, &mut order);
    order
}

fn read(items: Vec<Item>, depth: usize, order: &mut Vec<usize>) {
    let gap = if depth < MAX_DEPTH { gutter(&items) } else { None };
    let Some(gap) = gap else {
        rows(items, order);
        return;
    };
    let (mut crossing, others): (Vec<Item>, Vec<Item>) =
        items.into_iter().partition(|item| gap.is_crossed(item));
    crossing.sort_by(|one, other| one.middle().total_cmp(&other.middle()));
    let mut bands: Vec<(Vec<Item>, Vec<Item>)> = vec![Default::default(); crossing.len() + 1];
    for item in others {
        let band = crossing.partition_point(|title| title.middle() < item.middle());
        if let Some((first, second)) = bands.get_mut(band) {
            if item.end <= gap.place + gap.tolerance {
                first.push(item);
            } else {
                second.push(item);
            }
        }
    }
    let mut titles = crossing.into_iter();
    for (first, second) in bands {
        read(first, depth + 1, order);
        read(second, depth + 1, order);
        order.extend(titles.next().map(|title| title.index));
    }
}

/// A gap between columns.
#[derive(Debug, Clone, Copy)]
struct Gap {
    place: f32,
    tolerance: f32,
}

impl Gap {
    fn is_crossed(&self, item: &Item) -> bool {
        item.begin < self.place - self.tolerance && item.end > self.place + self.tolerance
    }
}

/// The gap between columns that the fewest lines go across, and of these the widest.
fn gutter(items: &[Item]) -> Option<Gap> {
    if items.len() < 2 * LEAST_LINES {
        return None;
    }
    let thickness = median(items.iter().map(Item::thickness));
    let tolerance = thickness / 4.0;
    let mut places: Vec<f32> = items.iter().map(|item| item.begin).collect();
    places.sort_by(f32::total_cmp);
    places.dedup_by(|one, other| (*one - *other).abs() < tolerance);
    let step = places.len().div_ceil(MAX_TRIED).max(1);
    places
        .into_iter()
        .step_by(step)
        .filter_map(|place| {
            let gap = Gap { place, tolerance };
            let (crossing, width) = columns_at(items, gap, thickness)?;
            Some((gap, crossing, width))
        })
        .min_by(|one, other| one.1.cmp(&other.1).then(other.2.total_cmp(&one.2)))
        .map(|(gap, _, _)| gap)
}

/// Whether lines on both sides of a place are columns: how many lines go across, how wide the gap is.
fn columns_at(items: &[Item], gap: Gap, thickness: f32) -> Option<(usize, f32)> {
    let (mut first, mut second, mut crossing) = (Vec::new(), Vec::new(), 0);
    for item in items {
        if gap.is_crossed(item) {
            crossing += 1;
        } else if item.end <= gap.place + gap.tolerance {
            first.push(item);
        } else {
            second.push(item);
        }
    }
    if crossing as f32 > MOST_CROSSING * items.len() as f32 {
        return None;
    }
    let end = first.iter().map(|item| item.end).fold(f32::MIN, f32::max);
    let begin = second.iter().map(|item| item.begin).fold(f32::MAX, f32::min);
    let is_beside = {
        let extent = |side: &[&Item]| {
            side.iter().fold((f32::MAX, f32::MIN), |(top, bottom), item| {
                (top.min(item.top), bottom.max(item.bottom))
            })
        };
        let (one, other) = (extent(&first), extent(&second));
        let shorter = (one.1 - one.0).min(other.1 - other.0);
        one.1.min(other.1) - one.0.max(other.0) > shorter / 2.0
    };
    let are_columns =
        begin - end >= GUTTER * thickness && is_beside && is_column(&first) && is_column(&second);
    are_columns.then_some((crossing, begin - end))
}

fn is_column(lines: &[&Item]) -> bool {
    if lines.len() < LEAST_LINES {
        return false;
    }
    let begin = lines.iter().map(|item| item.begin).fold(f32::MAX, f32::min);
    let end = lines.iter().map(|item| item.end).fold(f32::MIN, f32::max);
    let length = median(lines.iter().map(|item| item.length()));
    let thickness = median(lines.iter().map(|item| item.thickness()));
    let mut middles: Vec<f32> = lines.iter().map(|item| item.middle()).collect();
    middles.sort_by(f32::total_cmp);
    middles.dedup_by(|later, earlier| *later - *earlier < thickness / 2.0);
    // more lines than rows: there are columns in it
    let written: f32 = lines.iter().map(|item| item.length()).sum();
    length >= LEAST_LENGTH * thickness && written >= LEAST_FILL * (end - begin) * middles.len() as f32
}

fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// Row by row from the top, each from its beginning.
fn rows(mut items: Vec<Item>, order: &mut Vec<usize>) {
    items.sort_by(|one, other| one.middle().total_cmp(&other.middle()));
    let mut rows: Vec<(Item, Vec<Item>)> = Vec::new();
    for item in items {
        match rows
            .iter_mut()
            .rev()
            .take(3)
            .find(|(widest, _)| shares_row(widest, &item))
        {
            Some((widest, row)) => {
                if item.thickness() > widest.thickness() {
                    *widest = item;
                }
                row.push(item);
            }
            None => rows.push((item, vec![item])),
        }
    }
    for (_, row) in rows {
        within_row(row, order);
    }
}

fn shares_row(one: &Item, other: &Item) -> bool {
    let (thin, thick) = (
        one.thickness().min(other.thickness()),
        one.thickness().max(other.thickness()),
    );
    let common = one.bottom.min(other.bottom) - one.top.max(other.top);
    common >= SAME_ROW * thin && thick <= SAME_SIZE * thin.max(f32::MIN_POSITIVE)
}

/// From the beginning of the row; where thinner lines stand one above the other (双行小注), the upper one first.
fn within_row(mut row: Vec<Item>, order: &mut Vec<usize>) {
    row.sort_by(|one, other| one.begin.total_cmp(&other.begin));
    let mut stack: Vec<Item> = Vec::new();
    for item in row {
        let is_above_or_below = stack.last().is_some_and(|before| {
            let common = before.end.min(item.end) - before.begin.max(item.begin);
            common > before.length().min(item.length()) / 2.0
        });
        if !is_above_or_below {
            flush(&mut stack, order);
        }
        stack.push(item);
    }
    flush(&mut stack, order);
}

fn flush(stack: &mut Vec<Item>, order: &mut Vec<usize>) {
    stack.sort_by(|one, other| one.top.total_cmp(&other.top));
    order.extend(stack.drain(..).map(|item| item.index));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn horizontal(boxes: &[[f32; 4]]) -> Vec<usize> {
        let boxes: Vec<PageBox> = boxes.iter().map(|place| (*place).into()).collect();
        reading_order(&boxes, Direction::Horizontal)
    }

    fn vertical(boxes: &[[f32; 4]]) -> Vec<usize> {
        let boxes: Vec<PageBox> = boxes.iter().map(|place| (*place).into()).collect();
        reading_order(&boxes, Direction::Vertical)
    }

    #[test]
    fn a_table_is_read_row_by_row() {
        // three rows of three cells, slightly uneven
        let cells: Vec<[f32; 4]> = (0..9)
            .map(|cell: u8| {
                let (column, row) = (f32::from(cell % 3), f32::from(cell / 3));
                [column * 300.0, row * 40.0 + column, 90.0, 24.0]
            })
            .collect();
        assert_eq!(horizontal(&cells), (0..9).collect::<Vec<_>>());
    }

    #[test]
    fn columns_of_a_newspaper_follow_each_other_below_their_title() {
        let mut lines = vec![[100.0, 10.0, 800.0, 40.0]];
        for column in [0.0, 500.0] {
            for row in 0..8_u8 {
                lines.push([column, 80.0 + f32::from(row) * 30.0, 460.0, 24.0]);
            }
        }
        lines.push([100.0, 340.0, 800.0, 30.0]);
        assert_eq!(horizontal(&lines), (0..18).collect::<Vec<_>>());
    }

    #[test]
    fn three_columns_are_read_one_by_one() {
        let mut lines = Vec::new();
        for column in [0.0, 400.0, 800.0] {
            for row in 0..10_u8 {
                lines.push([column, f32::from(row) * 30.0, 360.0, 24.0]);
            }
        }
        assert_eq!(horizontal(&lines), (0..30).collect::<Vec<_>>());
    }

    #[test]
    fn vertical_columns_come_from_the_right_and_registers_from_the_top() {
        let columns = [
            [100.0, 0.0, 40.0, 800.0],
            [300.0, 0.0, 40.0, 800.0],
            [200.0, 0.0, 40.0, 700.0],
        ];
        assert_eq!(vertical(&columns), [1, 2, 0]);
        let mut registers = Vec::new();
        for register in [0.0, 500.0] {
            for column in 0..6_u8 {
                registers.push([600.0 - f32::from(column) * 60.0, register, 40.0, 450.0]);
            }
        }
        assert_eq!(vertical(&registers), (0..12).collect::<Vec<_>>());
    }

    #[test]
    fn small_notes_in_two_columns_stand_within_their_column() {
        // a column: large writing, a note in two thin columns, large writing; then the next column
        let boxes = [
            [200.0, 0.0, 40.0, 300.0],
            [222.0, 310.0, 18.0, 120.0],
            [201.0, 310.0, 18.0, 115.0],
            [200.0, 440.0, 40.0, 300.0],
            [140.0, 0.0, 40.0, 740.0],
        ];
        assert_eq!(vertical(&boxes), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn one_row_in_pieces_is_read_from_the_left() {
        assert_eq!(
            horizontal(&[[300.0, 2.0, 100.0, 20.0], [0.0, 0.0, 100.0, 22.0]]),
            [1, 0]
        );
    }

    proptest! {
        #[test]
        fn every_box_is_read_once(
            boxes in proptest::collection::vec((0.0_f32..900.0, 0.0_f32..900.0, 0.0_f32..500.0, 0.0_f32..60.0), 0..60)
        ) {
            let boxes: Vec<[f32; 4]> = boxes.into_iter().map(|(x, y, w, h)| [x, y, w, h]).collect();
            for mut order in [horizontal(&boxes), vertical(&boxes)] {
                order.sort_unstable();
                prop_assert_eq!(order, (0..boxes.len()).collect::<Vec<_>>());
            }
        }
    }
}
