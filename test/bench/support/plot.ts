/** A plot of a benchmark as SVG text: bars of medians, or lines over a logarithmic x. No colours but two greys and one blue; reads on white. */
import type { Plot } from './benchmark.js';

const WIDTH = 640;
const HEIGHT = 320;
const LEFT = 70;
const BOTTOM = 44;
const TOP = 34;
const COLOURS = ['#2563eb', '#6b7280', '#9ca3af', '#111827'];

export function plotSvg({ title, unit, x, series }: Plot): string {
  const values = series.flatMap(({ points }) => points.map(([, value]) => value));
  const top = niceTop(Math.max(...values));
  const y = (value: number): number => HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - TOP);
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = y(part * top).toFixed(1);
    return `<line x1="${LEFT}" y1="${at}" x2="${WIDTH - 10}" y2="${at}" stroke="#e5e7eb"/>${label(LEFT - 6, Number(at) + 4, short(part * top), 'end')}`;
  });
  const drawn = x === undefined ? bars(series, y) : lines(series, y, x);
  const legend = series.length > 1 ? series.map((one, n) => key(one.label, n)) : [];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    label(LEFT, 18, `${title} (${unit})`, 'start'),
    ...grid,
    ...drawn,
    ...legend,
    '</svg>\n',
  ].join('\n');
}

function bars(series: Plot['series'], y: (value: number) => number): string[] {
  const all = series.flatMap(({ points }, n) => points.map(([name, value]) => ({ name: String(name), value, n })));
  const step = (WIDTH - LEFT - 20) / all.length;
  return all.flatMap(({ name, value, n }, at) => {
    const left = LEFT + at * step + step * 0.15;
    const top = y(value);
    const middle = left + step * 0.35;
    return [
      `<rect x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${(step * 0.7).toFixed(1)}" height="${(y(0) - top).toFixed(1)}" fill="${colour(n)}"/>`,
      label(middle, top - 4, short(value), 'middle'),
      label(middle, HEIGHT - BOTTOM + 16, name, 'middle'),
    ];
  });
}

function lines(series: Plot['series'], y: (value: number) => number, x: string): string[] {
  const places = series.flatMap(({ points }) => points.map(([at]) => Number(at)));
  const [least, most] = [Math.log(Math.min(...places)), Math.log(Math.max(...places))];
  const across = (at: number): number =>
    LEFT + 20 + ((Math.log(at) - least) / (most - least || 1)) * (WIDTH - LEFT - 60);
  const marks = [...new Set(places)].map((at) => label(across(at), HEIGHT - BOTTOM + 16, short(at), 'middle'));
  const drawn = series.flatMap(({ points }, n) => {
    const path = points.map(([at, value]) => `${across(Number(at)).toFixed(1)},${y(value).toFixed(1)}`);
    const dots = path.map((point) => {
      const [cx, cy] = point.split(',');
      return `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour(n)}"/>`;
    });
    return [`<polyline points="${path.join(' ')}" fill="none" stroke="${colour(n)}" stroke-width="2"/>`, ...dots];
  });
  return [...drawn, ...marks, label((LEFT + WIDTH) / 2, HEIGHT - 8, x, 'middle')];
}

function key(text: string, n: number): string {
  const left = WIDTH - 150;
  const top = TOP + 4 + n * 16;
  return `<rect x="${left}" y="${top}" width="10" height="10" fill="${colour(n)}"/>${label(left + 15, top + 9, text, 'start')}`;
}

const colour = (n: number): string => COLOURS[n % COLOURS.length] ?? '#000';

function label(x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end'): string {
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="#111827">${safe}</text>`;
}

/** 1, 2 or 5 times a power of ten, not below `value`. */
function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value || 1));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

function short(value: number): string {
  return value >= 1000 ? `${Number((value / 1000).toFixed(1))}k` : String(Number(value.toFixed(value < 10 ? 2 : 0)));
}
