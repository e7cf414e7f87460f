// Contour lines by marching squares, piece by piece to a canvas. (d3-contour builds closed polygons with their holes:
// four times as slow here, and its garbage shows as dropped frames while a slider moves.)

// Which edges of a cell a contour joins, by the corners above the level; edges: 0 bottom, 1 right, 2 top, 3 left.
const joins = [
  [],
  [3, 0],
  [0, 1],
  [3, 1],
  [1, 2],
  [3, 0, 1, 2],
  [0, 2],
  [3, 2],
  [2, 3],
  [2, 0],
  [0, 1, 2, 3],
  [2, 1],
  [1, 3],
  [1, 0],
  [0, 3],
  [],
];

/** Calls line(x0, y0, x1, y1), in sample coordinates, for each piece of the contour of z (row-major, y slow). */
export function traceContour(z, nx, ny, level, line) {
  for (let j = 0; j < ny - 1; j++) {
    for (let i = 0; i < nx - 1; i++) {
      const k = j * nx + i;
      const a = z[k];
      const b = z[k + 1];
      const c = z[k + nx + 1];
      const d = z[k + nx];
      let above = (a >= level) | ((b >= level) << 1) | ((c >= level) << 2) | ((d >= level) << 3);
      if (above === 0 || above === 15 || Number.isNaN(a + b + c + d)) continue;
      // A saddle: the cell's centre decides which corners belong together.
      if ((above === 5 || above === 10) && (a + b + c + d) / 4 >= level) above = 15 - above;
      const x = (edge) =>
        edge === 0 ? i + (level - a) / (b - a) : edge === 2 ? i + (level - d) / (c - d) : edge === 1 ? i + 1 : i;
      const y = (edge) =>
        edge === 1 ? j + (level - b) / (c - b) : edge === 3 ? j + (level - a) / (d - a) : edge === 2 ? j + 1 : j;
      const pairs = joins[above];
      for (let e = 0; e < pairs.length; e += 2) line(x(pairs[e]), y(pairs[e]), x(pairs[e + 1]), y(pairs[e + 1]));
    }
  }
}
