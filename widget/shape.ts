const SVG = "http://www.w3.org/2000/svg"

/** A line drawing of 24 by 24. Made, not parsed: a page's policy may forbid markup from a script (Trusted Types). */
export function shape(line: string): SVGElement {
  const drawing = document.createElementNS(SVG, "svg")
  drawing.setAttribute("viewBox", "0 0 24 24")
  const path = document.createElementNS(SVG, "path")
  path.setAttribute("d", line)
  drawing.append(path)
  return drawing
}
