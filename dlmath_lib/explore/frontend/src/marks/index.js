// Every mark by its name in the spec, which is the name of its export from a file of this folder (see build.mjs):
// {keys, compute(mark, scene, panel) → numbers, create(mark, panel, tools) → draw(numbers, theme)}, and where it needs it
//   height(mark, outer)   fills a panel without axes, this high
//   covers                fills the plot with colour: no grid lines, the larger part of a row
//   hasBar(mark)          has its scale of colours at the right
//   categories(mark)      names that replace the ticks of x
//   swatch                its sign in the legend, "line" if left out, null for none; isShort(mark) needs none
import * as everything from "marks:all";

export const marks = Object.fromEntries(Object.entries(everything).filter(([, value]) => value?.keys && value.create));
