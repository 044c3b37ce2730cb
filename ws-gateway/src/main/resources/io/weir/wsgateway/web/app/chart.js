/* A chart over time, painted by uPlot. It is given new data, never made again, as long as its shape stays. */
import uPlot from "/lib/uplot.js";
import { h, useEffect, useLayoutEffect, useRef } from "./dom.js";
import { clock } from "./format.js";
import { color, onColors } from "./colors.js";

const FONT = "11px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/**
 * @param {object} props
 * @param {string} props.test
 * @param {string} props.label   what a screen reader says
 * @param {number[][]} props.data  [seconds since 1970, …series]; null in a series is a gap
 * @param {{color: string, area?: boolean, bars?: boolean}[]} props.series  color is the name of a custom property
 * @param {number} [props.height]
 * @param {number} [props.seconds]  show these last seconds; everything if there is none
 * @param {boolean} [props.mini]    no axes
 * @param {(value: number) => string} [props.format]  of the values on the axis
 * @param {(index: number|null) => void} [props.onCursor]  the point under the pointer
 */
export function Chart({ test, label, data, series, height = 180, seconds, mini, format = String, onCursor }) {
  const box = useRef(null), plot = useRef(null), live = useRef({});
  live.current = { seconds, format, onCursor, data };

  useLayoutEffect(() => {
    const chart = new uPlot(options(live, series, mini, box.current.clientWidth || 300, height), data, box.current);
    plot.current = chart;
    const observer = new ResizeObserver(() => {
      const width = box.current.clientWidth;
      if (width && width !== chart.width) chart.setSize({ width, height });
    });
    observer.observe(box.current);
    const forget = onColors(() => chart.redraw(false, true));
    return () => { observer.disconnect(); forget(); chart.destroy(); plot.current = null; };
  }, [series.length, mini, height]);

  useEffect(() => { plot.current?.setData(data); }, [data, data[0].length, data[0].at(-1), seconds]);

  return h("div.chart", { ref: box, role: "img", "aria-label": label, "data-test": test, style: { height: height + "px" } });
}

/** The last seconds, or all there is; the axis runs on while nothing is known. */
function timeRange(times, seconds) {
  const last = times.at(-1) ?? Date.now() / 1000;
  return [seconds ? last - seconds : Math.min(times[0] ?? last - 60, last - 1), last];
}

function options(live, series, mini, width, height) {
  const grid = { stroke: () => color("--line"), width: 1 };
  return {
    width, height,
    padding: mini ? [4, 0, 0, 0] : [8, 24, 0, 0],
    legend: { show: false },
    cursor: {
      show: !mini, y: false, drag: { x: false, y: false },
      points: { size: 7, fill: (u, i) => color(series[i - 1].color), stroke: () => color("--panel") },
    },
    scales: {
      x: { time: true, range: (u, min, max) => timeRange(u.data[0], live.current.seconds) },
      y: { range: (u, min, max) => [0, max > 0 ? Math.max(10, max * 1.08) : 1000] },
    },
    axes: mini ? [{ show: false }, { show: false }] : [
      { stroke: () => color("--dim"), font: FONT, grid: { show: false }, ticks: { ...grid, size: 4 }, space: 64, size: 26, gap: 3,
        values: (u, splits) => splits.map((s) => clock(s * 1000)) },
      { stroke: () => color("--dim"), font: FONT, grid, ticks: { show: false }, space: 34, size: 74, gap: 4,
        values: (u, splits) => splits.map((v) => live.current.format(v)) },
    ],
    series: [{}, ...series.map((one) => ({
      stroke: () => color(one.color), width: one.bars ? 0 : 1.6, points: { show: false },
      fill: one.area || one.bars ? () => color(one.color, one.bars ? .75 : .13) : undefined,
      ...(one.bars ? { paths: uPlot.paths.bars({ size: [.8, 24] }) } : {}),
    }))],
    hooks: { setCursor: [(u) => live.current.onCursor?.(u.cursor.idx ?? null)] },
  };
}
